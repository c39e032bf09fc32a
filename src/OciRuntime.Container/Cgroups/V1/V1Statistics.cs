using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Linux;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>Reads the files of the v1 controllers, as runc does. A hierarchy that is not mounted counts nothing.</summary>
internal static class V1Statistics
{
    /// <summary>The kernel's <c>USER_HZ</c>, the unit of <c>cpuacct.stat</c>: 100 on every architecture here.</summary>
    private const ulong NanosecondsPerTick = 1_000_000_000 / 100;

    /// <summary>Files of the schedulers that may be in charge, the best first: the first that has its first file is read.</summary>
    private static readonly string[][] s_blkioFiles =
    [
        ["blkio.bfq.sectors_recursive", "blkio.bfq.io_service_time_recursive", "blkio.bfq.io_wait_time_recursive", "blkio.bfq.io_merged_recursive",
            "blkio.bfq.io_queued_recursive", "blkio.bfq.time_recursive", "blkio.bfq.io_serviced_recursive", "blkio.bfq.io_service_bytes_recursive"],
        ["blkio.bfq.io_serviced_recursive", "blkio.bfq.io_service_bytes_recursive"],
        ["blkio.sectors_recursive", "blkio.io_service_time_recursive", "blkio.io_wait_time_recursive", "blkio.io_merged_recursive",
            "blkio.io_queued_recursive", "blkio.time_recursive", "blkio.io_serviced_recursive", "blkio.io_service_bytes_recursive"],
        ["blkio.throttle.io_serviced_recursive", "blkio.throttle.io_service_bytes_recursive"],
        ["blkio.throttle.io_serviced", "blkio.throttle.io_service_bytes"],
    ];

    /// <param name="find">The directory of a controller, or null.</param>
    /// <exception cref="LinuxException">A file cannot be read.</exception>
    public static CgroupStatistics Read(Func<string, CgroupDirectory?> find) => new()
    {
        Cpu = Cpu(find(CpuController.Name), find("cpuacct")),
        Cpuset = find(CpusetController.Name) is { } cpuset ? Cpuset(cpuset) : new CpusetStatistics(),
        Memory = find(MemoryController.Name) is { } memory ? Memory(memory) : new MemoryStatistics(),
        Pids = find(PidsController.Name) is { } pids ? Pids(pids) : new PidsStatistics(),
        Blkio = find(BlkioController.Name) is { } blkio ? Blkio(blkio) : new BlkioStatistics(),
        Hugetlb = Hugetlb(find(HugetlbController.Name)),
    };

    internal static PidsStatistics Pids(CgroupDirectory directory) =>
        new(directory.TryReadNumber("pids.current") ?? 0, directory.TryReadNumber("pids.max") is { } max and not ulong.MaxValue ? max : 0);

    private static CpuStatistics Cpu(CgroupDirectory? cpu, CgroupDirectory? account)
    {
        SortedDictionary<string, ulong> throttling = cpu is null ? [] : StatisticsFile.ReadKeys(cpu, "cpu.stat");
        SortedDictionary<string, ulong> usage = account is null ? [] : StatisticsFile.ReadKeys(account, "cpuacct.stat");
        var kernel = new List<ulong>();
        var user = new List<ulong>();
        // Lines of "CPU USER SYSTEM" below a header.
        foreach (string line in account is null ? [] : StatisticsFile.Lines(account, "cpuacct.usage_all"))
        {
            List<ulong> numbers = StatisticsFile.Numbers(line);
            if (numbers.Count < 3 || !char.IsAsciiDigit(line[0]))
                continue;
            user.Add(numbers[1]);
            kernel.Add(numbers[2]);
        }
        return new CpuStatistics
        {
            Total = account?.TryReadNumber("cpuacct.usage") ?? 0,
            Percpu = StatisticsFile.Numbers(account?.TryRead("cpuacct.usage_percpu", out _)),
            PercpuKernel = kernel,
            PercpuUser = user,
            Kernel = usage.GetValueOrDefault("system") * NanosecondsPerTick,
            User = usage.GetValueOrDefault("user") * NanosecondsPerTick,
            Periods = throttling.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttling.GetValueOrDefault("nr_throttled"),
            ThrottledTime = throttling.GetValueOrDefault("throttled_time"),
        };
    }

    private static CpusetStatistics Cpuset(CgroupDirectory directory) => new()
    {
        Cpus = StatisticsFile.Ranges(directory.TryRead("cpuset.cpus", out _)),
        CpuExclusive = directory.TryReadNumber("cpuset.cpu_exclusive") ?? 0,
        Mems = StatisticsFile.Ranges(directory.TryRead("cpuset.mems", out _)),
        MemHardwall = directory.TryReadNumber("cpuset.mem_hardwall") ?? 0,
        MemExclusive = directory.TryReadNumber("cpuset.mem_exclusive") ?? 0,
        MemoryMigrate = directory.TryReadNumber("cpuset.memory_migrate") ?? 0,
        MemorySpreadPage = directory.TryReadNumber("cpuset.memory_spread_page") ?? 0,
        MemorySpreadSlab = directory.TryReadNumber("cpuset.memory_spread_slab") ?? 0,
        MemoryPressure = directory.TryReadNumber("cpuset.memory_pressure") ?? 0,
        SchedLoadBalance = directory.TryReadNumber("cpuset.sched_load_balance") ?? 0,
        SchedRelaxDomainLevel = long.TryParse(directory.TryRead("cpuset.sched_relax_domain_level", out _), out long level) ? level : 0,
    };

    private static MemoryStatistics Memory(CgroupDirectory directory)
    {
        SortedDictionary<string, ulong> raw = StatisticsFile.ReadKeys(directory, "memory.stat");
        return new MemoryStatistics
        {
            Cache = raw.GetValueOrDefault("cache"),
            Usage = Entry(directory, "memory"),
            Swap = Entry(directory, "memory.memsw"),
            Kernel = Entry(directory, "memory.kmem"),
            KernelTcp = Entry(directory, "memory.kmem.tcp"),
            Raw = raw,
        };
    }

    private static MemoryEntry Entry(CgroupDirectory directory, string prefix) => new(
        directory.TryReadNumber(prefix + ".limit_in_bytes") ?? 0,
        directory.TryReadNumber(prefix + ".usage_in_bytes") ?? 0,
        directory.TryReadNumber(prefix + ".max_usage_in_bytes") ?? 0,
        directory.TryReadNumber(prefix + ".failcnt") ?? 0);

    private static BlkioStatistics Blkio(CgroupDirectory directory)
    {
        foreach (string[] files in s_blkioFiles)
        {
            var read = new Dictionary<string, List<BlkioEntry>>();
            foreach (string file in files)
            {
                List<BlkioEntry> entries = Entries(directory, file);
                if (entries.Count == 0 && read.Count == 0)
                    break;
                read[file[(file.LastIndexOf('.') + 1)..].Replace("_recursive", "", StringComparison.Ordinal)] = entries;
            }
            if (read.Count == 0)
                continue;
            return new BlkioStatistics
            {
                IOServiceBytes = read.GetValueOrDefault("io_service_bytes", []),
                IOServiced = read.GetValueOrDefault("io_serviced", []),
                IOQueued = read.GetValueOrDefault("io_queued", []),
                IOServiceTime = read.GetValueOrDefault("io_service_time", []),
                IOWaitTime = read.GetValueOrDefault("io_wait_time", []),
                IOMerged = read.GetValueOrDefault("io_merged", []),
                IOTime = read.GetValueOrDefault("time", []),
                Sectors = read.GetValueOrDefault("sectors", []),
            };
        }
        return new BlkioStatistics();
    }

    /// <summary>Lines of <c>MAJOR:MINOR [OPERATION] NUMBER</c>; one of <c>Total NUMBER</c> is left out.</summary>
    private static List<BlkioEntry> Entries(CgroupDirectory directory, string file)
    {
        var entries = new List<BlkioEntry>();
        foreach (string line in StatisticsFile.Lines(directory, file))
        {
            string[] fields = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 3)
                continue;
            entries.Add(new BlkioEntry(
                CgroupDirectory.ParseNumber(fields[0]), CgroupDirectory.ParseNumber(fields[1]),
                fields.Length > 3 ? fields[2] : "", CgroupDirectory.ParseNumber(fields[^1])));
        }
        return entries;
    }

    private static SortedDictionary<string, HugetlbStatistics> Hugetlb(CgroupDirectory? directory)
    {
        var sizes = new SortedDictionary<string, HugetlbStatistics>(StringComparer.Ordinal);
        foreach (string size in directory is null ? [] : StatisticsFile.HugePageSizes())
        {
            string prefix = directory!.TryReadNumber($"hugetlb.{size}.rsvd.usage_in_bytes") is null ? $"hugetlb.{size}" : $"hugetlb.{size}.rsvd";
            sizes[size] = new HugetlbStatistics(
                directory.TryReadNumber(prefix + ".usage_in_bytes") ?? 0,
                directory.TryReadNumber(prefix + ".max_usage_in_bytes") ?? 0,
                directory.TryReadNumber(prefix + ".failcnt") ?? 0);
        }
        return sizes;
    }
}
