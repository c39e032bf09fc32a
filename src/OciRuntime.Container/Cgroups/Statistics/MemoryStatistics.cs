using System;
using System.Collections.Generic;
using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>Memory, in bytes.</summary>
public sealed record MemoryStatistics
{
    public ulong Cache { get; init; }

    public MemoryEntry Usage { get; init; }

    /// <summary>Memory and swap together.</summary>
    public MemoryEntry Swap { get; init; }

    /// <summary>v1 only, as the next one.</summary>
    public MemoryEntry Kernel { get; init; }

    public MemoryEntry KernelTcp { get; init; }

    /// <summary>The numbers of <c>memory.stat</c>, by name.</summary>
    public IReadOnlyDictionary<string, ulong> Raw { get; init; } = new SortedDictionary<string, ulong>(StringComparer.Ordinal);

    /// <summary>v2 only.</summary>
    public PressureStatistics? Pressure { get; init; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("memory");
        CgroupStatistics.WriteNonZero(writer, "cache", Cache);
        Usage.Write(writer, "usage");
        Swap.Write(writer, "swap");
        Kernel.Write(writer, "kernel");
        KernelTcp.Write(writer, "kernelTCP");
        if (Raw.Count > 0)
        {
            writer.WriteStartObject("raw");
            foreach ((string name, ulong value) in Raw)
                writer.WriteNumber(name, value);
            writer.WriteEndObject();
        }
        Pressure?.Write(writer);
        writer.WriteEndObject();
    }
}
