using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>Huge pages of one size.</summary>
/// <param name="Usage">Bytes now.</param>
/// <param name="Max">Bytes at most so far; v1 only.</param>
/// <param name="Failcnt">How often the limit was hit.</param>
public sealed record HugetlbStatistics(ulong Usage, ulong Max, ulong Failcnt)
{
    internal void Write(Utf8JsonWriter writer, string size)
    {
        writer.WriteStartObject(size);
        CgroupStatistics.WriteNonZero(writer, "usage", Usage);
        CgroupStatistics.WriteNonZero(writer, "max", Max);
        writer.WriteNumber("failcnt", Failcnt);
        writer.WriteEndObject();
    }
}
