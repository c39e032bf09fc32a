using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Linux;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>Reads the files of the v2 controllers under v1's names, as runc does.</summary>
internal static class V2Statistics
{
    /// <exception cref="LinuxException">A file cannot be read.</exception>
    public static CgroupStatistics Read(CgroupDirectory directory) => new()
    {
        Cpu = Cpu(directory),
        Memory = Memory(directory),
        Pids = Pids(directory),
        Blkio = Blkio(directory),
        Hugetlb = Hugetlb(directory),
    };

    private static CpuStatistics Cpu(CgroupDirectory directory)
    {
        SortedDictionary<string, ulong> stat = StatisticsFile.ReadKeys(directory, "cpu.stat");
        return new CpuStatistics
        {
            Total = Nanoseconds("usage_usec"),
            User = Nanoseconds("user_usec"),
            Kernel = Nanoseconds("system_usec"),
            Periods = stat.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = stat.GetValueOrDefault("nr_throttled"),
            ThrottledTime = Nanoseconds("throttled_usec"),
            Pressure = Pressure(directory, "cpu.pressure"),
        };

        ulong Nanoseconds(string name) => stat.GetValueOrDefault(name) * 1000;
    }

    private static MemoryStatistics Memory(CgroupDirectory directory)
    {
        SortedDictionary<string, ulong> raw = StatisticsFile.ReadKeys(directory, "memory.stat");
        MemoryEntry memory = Entry(directory, "memory");
        MemoryEntry swap = Entry(directory, "memory.swap");
        return new MemoryStatistics
        {
            Cache = raw.GetValueOrDefault("file"),
            Usage = memory,
            // v1 counts memory and swap together; their two maxima cannot be added up.
            Swap = new MemoryEntry(
                swap.Limit == ulong.MaxValue ? swap.Limit : swap.Limit + memory.Limit, swap.Usage + memory.Usage, 0, 0),
            Raw = raw,
            Pressure = Pressure(directory, "memory.pressure"),
        };
    }

    private static MemoryEntry Entry(CgroupDirectory directory, string prefix) => new(
        directory.TryReadNumber(prefix + ".max") ?? 0,
        directory.TryReadNumber(prefix + ".current") ?? 0,
        directory.TryReadNumber(prefix + ".peak") ?? 0,
        0);

    /// <summary>Without the controller, processes are counted one by one.</summary>
    private static PidsStatistics Pids(CgroupDirectory directory)
    {
        if (directory.TryReadNumber("pids.current") is not null)
            return V1.V1Statistics.Pids(directory);
        var pids = new List<int>();
        CgroupTree.Processes(directory, pids);
        return new PidsStatistics((ulong)pids.Count);
    }

    /// <summary>Lines of <c>MAJOR:MINOR rbytes=N wbytes=N rios=N wios=N …</c>.</summary>
    private static BlkioStatistics Blkio(CgroupDirectory directory)
    {
        var bytes = new List<BlkioEntry>();
        var operations = new List<BlkioEntry>();
        foreach (string line in StatisticsFile.Lines(directory, "io.stat"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int colon = fields[0].IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;
            ulong major = CgroupDirectory.ParseNumber(fields[0].AsSpan(0, colon));
            ulong minor = CgroupDirectory.ParseNumber(fields[0].AsSpan(colon + 1));
            foreach (string field in fields)
            {
                (List<BlkioEntry>? list, string operation) = field[..(field.IndexOf('=', StringComparison.Ordinal) + 1)] switch
                {
                    "rbytes=" => (bytes, "Read"),
                    "wbytes=" => (bytes, "Write"),
                    "rios=" => (operations, "Read"),
                    "wios=" => (operations, "Write"),
                    _ => (null, ""),
                };
                list?.Add(new BlkioEntry(major, minor, operation, CgroupDirectory.ParseNumber(field.AsSpan(field.IndexOf('=', StringComparison.Ordinal) + 1))));
            }
        }
        return new BlkioStatistics { IOServiceBytes = bytes, IOServiced = operations, Pressure = Pressure(directory, "io.pressure") };
    }

    private static SortedDictionary<string, HugetlbStatistics> Hugetlb(CgroupDirectory directory)
    {
        var sizes = new SortedDictionary<string, HugetlbStatistics>(StringComparer.Ordinal);
        foreach (string size in StatisticsFile.HugePageSizes())
        {
            if ((directory.TryReadNumber($"hugetlb.{size}.rsvd.current") ?? directory.TryReadNumber($"hugetlb.{size}.current")) is { } usage)
                sizes[size] = new HugetlbStatistics(usage, 0, StatisticsFile.ReadKeys(directory, $"hugetlb.{size}.events").GetValueOrDefault("max"));
        }
        return sizes;
    }

    private static PressureStatistics? Pressure(CgroupDirectory directory, string file)
    {
        string[] lines = StatisticsFile.Lines(directory, file);
        return lines.Length == 0 ? null : PressureStatistics.Parse(string.Join('\n', lines));
    }
}
