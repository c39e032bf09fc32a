using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>One number about one block device.</summary>
/// <param name="Major">Of the device.</param>
/// <param name="Minor">Of the device.</param>
/// <param name="Op">Such as <c>Read</c>; may be empty.</param>
/// <param name="Value">In the unit of the list that it is in.</param>
public readonly record struct BlkioEntry(ulong Major, ulong Minor, string Op, ulong Value)
{
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        CgroupStatistics.WriteNonZero(writer, "major", Major);
        CgroupStatistics.WriteNonZero(writer, "minor", Minor);
        if (Op.Length > 0)
            writer.WriteString("op", Op);
        CgroupStatistics.WriteNonZero(writer, "value", Value);
        writer.WriteEndObject();
    }
}
