using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>Tasks.</summary>
/// <param name="Current">How many there are.</param>
/// <param name="Limit">How many there may be; 0 without a limit.</param>
public sealed record PidsStatistics(ulong Current = 0, ulong Limit = 0)
{
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("pids");
        CgroupStatistics.WriteNonZero(writer, "current", Current);
        CgroupStatistics.WriteNonZero(writer, "limit", Limit);
        writer.WriteEndObject();
    }
}
