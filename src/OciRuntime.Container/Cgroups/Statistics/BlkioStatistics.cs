using System.Collections.Generic;
using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>Block I/O of the cgroup and those below it.</summary>
public sealed record BlkioStatistics
{
    public IReadOnlyList<BlkioEntry> IOServiceBytes { get; init; } = [];

    public IReadOnlyList<BlkioEntry> IOServiced { get; init; } = [];

    public IReadOnlyList<BlkioEntry> IOQueued { get; init; } = [];

    public IReadOnlyList<BlkioEntry> IOServiceTime { get; init; } = [];

    public IReadOnlyList<BlkioEntry> IOWaitTime { get; init; } = [];

    public IReadOnlyList<BlkioEntry> IOMerged { get; init; } = [];

    public IReadOnlyList<BlkioEntry> IOTime { get; init; } = [];

    public IReadOnlyList<BlkioEntry> Sectors { get; init; } = [];

    /// <summary>v2 only.</summary>
    public PressureStatistics? Pressure { get; init; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("blkio");
        Write(writer, "ioServiceBytesRecursive", IOServiceBytes);
        Write(writer, "ioServicedRecursive", IOServiced);
        Write(writer, "ioQueueRecursive", IOQueued);
        Write(writer, "ioServiceTimeRecursive", IOServiceTime);
        Write(writer, "ioWaitTimeRecursive", IOWaitTime);
        Write(writer, "ioMergedRecursive", IOMerged);
        Write(writer, "ioTimeRecursive", IOTime);
        Write(writer, "sectorsRecursive", Sectors);
        Pressure?.Write(writer);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<BlkioEntry> entries) =>
        CgroupStatistics.WriteNonEmpty(writer, name, entries, entry => entry.Write(writer));
}
