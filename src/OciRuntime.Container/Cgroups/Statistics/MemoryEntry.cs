using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>One kind of memory.</summary>
/// <param name="Limit">Bytes; the largest number when there is no limit.</param>
/// <param name="Usage">Bytes now.</param>
/// <param name="Max">Bytes at most so far.</param>
/// <param name="Failcnt">How often the limit was hit.</param>
public readonly record struct MemoryEntry(ulong Limit, ulong Usage, ulong Max, ulong Failcnt)
{
    internal void Write(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("limit", Limit);
        CgroupStatistics.WriteNonZero(writer, "usage", Usage);
        CgroupStatistics.WriteNonZero(writer, "max", Max);
        writer.WriteNumber("failcnt", Failcnt);
        writer.WriteEndObject();
    }
}
