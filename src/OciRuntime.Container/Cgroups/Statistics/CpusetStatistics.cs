using System.Collections.Generic;
using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>v1's cpuset files; all zero on v2.</summary>
public sealed record CpusetStatistics
{
    public IReadOnlyList<ushort> Cpus { get; init; } = [];

    public ulong CpuExclusive { get; init; }

    public IReadOnlyList<ushort> Mems { get; init; } = [];

    public ulong MemHardwall { get; init; }

    public ulong MemExclusive { get; init; }

    public ulong MemoryMigrate { get; init; }

    public ulong MemorySpreadPage { get; init; }

    public ulong MemorySpreadSlab { get; init; }

    public ulong MemoryPressure { get; init; }

    public ulong SchedLoadBalance { get; init; }

    public long SchedRelaxDomainLevel { get; init; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("cpuset");
        CgroupStatistics.WriteNonEmpty(writer, "cpus", Cpus, cpu => writer.WriteNumberValue(cpu));
        writer.WriteNumber("cpu_exclusive", CpuExclusive);
        CgroupStatistics.WriteNonEmpty(writer, "mems", Mems, node => writer.WriteNumberValue(node));
        writer.WriteNumber("mem_hardwall", MemHardwall);
        writer.WriteNumber("mem_exclusive", MemExclusive);
        writer.WriteNumber("memory_migrate", MemoryMigrate);
        writer.WriteNumber("memory_spread_page", MemorySpreadPage);
        writer.WriteNumber("memory_spread_slab", MemorySpreadSlab);
        writer.WriteNumber("memory_pressure", MemoryPressure);
        writer.WriteNumber("sched_load_balance", SchedLoadBalance);
        writer.WriteNumber("sched_relax_domain_level", SchedRelaxDomainLevel);
        writer.WriteEndObject();
    }
}
