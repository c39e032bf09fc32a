using System.Collections.Generic;
using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>CPU time, in nanoseconds.</summary>
public sealed record CpuStatistics
{
    public ulong Total { get; init; }

    /// <summary>One number per CPU; v1 only, as the next two.</summary>
    public IReadOnlyList<ulong> Percpu { get; init; } = [];

    public IReadOnlyList<ulong> PercpuKernel { get; init; } = [];

    public IReadOnlyList<ulong> PercpuUser { get; init; } = [];

    public ulong Kernel { get; init; }

    public ulong User { get; init; }

    /// <summary>Periods in which there was something to run.</summary>
    public ulong Periods { get; init; }

    /// <summary>Periods in which the quota ran out.</summary>
    public ulong ThrottledPeriods { get; init; }

    public ulong ThrottledTime { get; init; }

    /// <summary>v2 only.</summary>
    public PressureStatistics? Pressure { get; init; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("cpu");
        writer.WriteStartObject("usage");
        CgroupStatistics.WriteNonZero(writer, "total", Total);
        CgroupStatistics.WriteNonEmpty(writer, "percpu", Percpu, writer.WriteNumberValue);
        CgroupStatistics.WriteNonEmpty(writer, "percpu_kernel", PercpuKernel, writer.WriteNumberValue);
        CgroupStatistics.WriteNonEmpty(writer, "percpu_user", PercpuUser, writer.WriteNumberValue);
        writer.WriteNumber("kernel", Kernel);
        writer.WriteNumber("user", User);
        writer.WriteEndObject();
        writer.WriteStartObject("throttling");
        CgroupStatistics.WriteNonZero(writer, "periods", Periods);
        CgroupStatistics.WriteNonZero(writer, "throttledPeriods", ThrottledPeriods);
        CgroupStatistics.WriteNonZero(writer, "throttledTime", ThrottledTime);
        writer.WriteEndObject();
        Pressure?.Write(writer);
        writer.WriteEndObject();
    }
}
