using System;
using System.Collections.Generic;
using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>What the kernel counts about a cgroup, as the <c>data</c> of runc's <c>events</c> (types/events.go).</summary>
public sealed record CgroupStatistics
{
    public CpuStatistics Cpu { get; init; } = new();

    public CpusetStatistics Cpuset { get; init; } = new();

    public MemoryStatistics Memory { get; init; } = new();

    public PidsStatistics Pids { get; init; } = new();

    public BlkioStatistics Blkio { get; init; } = new();

    /// <summary>By page size, such as <c>2MB</c>.</summary>
    public IReadOnlyDictionary<string, HugetlbStatistics> Hugetlb { get; init; } = new SortedDictionary<string, HugetlbStatistics>(StringComparer.Ordinal);

    /// <summary>Null without <c>linux.intelRdt</c>.</summary>
    public IntelRdtStatistics? IntelRdt { get; init; }

    /// <summary>Writes one JSON object with runc's names in runc's order.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        Cpu.Write(writer);
        Cpuset.Write(writer);
        Memory.Write(writer);
        Pids.Write(writer);
        Blkio.Write(writer);
        writer.WriteStartObject("hugetlb");
        foreach ((string size, HugetlbStatistics pages) in Hugetlb)
            pages.Write(writer, size);
        writer.WriteEndObject();
        writer.WriteStartObject("intel_rdt");
        IntelRdt?.Write(writer);
        writer.WriteEndObject();
        writer.WriteNull("network_interfaces");
        writer.WriteEndObject();
    }

    /// <summary>Go's <c>omitempty</c>.</summary>
    internal static void WriteNonZero(Utf8JsonWriter writer, string name, ulong value)
    {
        if (value != 0)
            writer.WriteNumber(name, value);
    }

    /// <inheritdoc cref="WriteNonZero"/>
    internal static void WriteNonEmpty<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> values, Action<T> write)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        for (int i = 0; i < values.Count; i++)
            write(values[i]);
        writer.WriteEndArray();
    }
}
