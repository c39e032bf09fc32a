using System;
using System.IO;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Container.Tests.Cgroups.V1;
using OciRuntime.Linux;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

[Trait("Lane", "Root")]
public sealed class StatisticsTests : IDisposable
{
    private readonly HostCgroups _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_empty_record_has_the_members_that_runc_always_writes() =>
        Json(new CgroupStatistics()).Should().Be(
            """{"cpu":{"usage":{"kernel":0,"user":0},"throttling":{}},"cpuset":{"cpu_exclusive":0,"mem_hardwall":0,"mem_exclusive":0,"memory_migrate":0,"memory_spread_page":0,"memory_spread_slab":0,"memory_pressure":0,"sched_load_balance":0,"sched_relax_domain_level":0},"memory":{"usage":{"limit":0,"failcnt":0},"swap":{"limit":0,"failcnt":0},"kernel":{"limit":0,"failcnt":0},"kernelTCP":{"limit":0,"failcnt":0}},"pids":{},"blkio":{},"hugetlb":{},"intel_rdt":{},"network_interfaces":null}""");

    [Fact]
    public void A_full_record_has_all_of_runcs_names()
    {
        var pressure = new PressureStatistics(new PressureLine(0.5, 1, 2.25, 7), default);
        var statistics = new CgroupStatistics
        {
            Cpu = new CpuStatistics { Total = 1, Percpu = [2], PercpuKernel = [3], PercpuUser = [4], Kernel = 5, User = 6, Periods = 7, ThrottledPeriods = 8, ThrottledTime = 9, Pressure = pressure },
            Cpuset = new CpusetStatistics { Cpus = [0, 1], Mems = [0] },
            Pids = new PidsStatistics(1, 2),
            Blkio = new BlkioStatistics { IOServiceBytes = [new BlkioEntry(8, 0, "Read", 5)], IOQueued = [new BlkioEntry(0, 0, "", 0)] },
            Hugetlb = new System.Collections.Generic.Dictionary<string, HugetlbStatistics> { ["2MB"] = new(1, 0, 3) },
        };
        string json = Json(statistics);
        json.Should().StartWith(
            """{"cpu":{"usage":{"total":1,"percpu":[2],"percpu_kernel":[3],"percpu_user":[4],"kernel":5,"user":6},"throttling":{"periods":7,"throttledPeriods":8,"throttledTime":9},"psi":{"some":{"avg10":0.5,"avg60":1,"avg300":2.25,"total":7},"full":{"avg10":0,"avg60":0,"avg300":0,"total":0}}},"cpuset":{"cpus":[0,1],"cpu_exclusive":0,"mems":[0],""");
        json.Should().Contain(
            """
            "pids":{"current":1,"limit":2},"blkio":{"ioServiceBytesRecursive":[{"major":8,"op":"Read","value":5}],"ioQueueRecursive":[{}]},"hugetlb":{"2MB":{"usage":1,"failcnt":3}}
            """);
    }

    [Fact]
    public void Pressure_is_read_line_by_line() =>
        PressureStatistics.Parse("some avg10=1.53 avg60=0.00 avg300=0.20 total=157656722\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=4")
            .Should().Be(new PressureStatistics(new PressureLine(1.53, 0, 0.2, 157656722), new PressureLine(0, 0, 0, 4)));

    [Theory]
    [InlineData("0-3,7", "0 1 2 3 7")]
    [InlineData("", "")]
    [InlineData("5", "5")]
    public void Lists_of_CPUs_have_ranges(string text, string expected) =>
        string.Join(' ', StatisticsFile.Ranges(text)).Should().Be(expected);

    [V1Fact]
    public void The_kernels_files_are_read()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources { Memory = new LinuxMemory { Limit = 64 << 20 }, Pids = new LinuxPids { Limit = 17 } });
        _host.Join(cgroup);
        CgroupStatistics statistics = cgroup.Statistics();
        statistics.Pids.Should().Be(new PidsStatistics(1, 17));
        statistics.Memory.Usage.Limit.Should().Be(64 << 20);
        statistics.Memory.Raw["hierarchical_memory_limit"].Should().Be(64 << 20);
        statistics.Cpu.Percpu.Should().HaveCount(Environment.ProcessorCount);
        statistics.Cpuset.Cpus.Should().NotBeEmpty();
        statistics.Cpuset.SchedRelaxDomainLevel.Should().Be(-1);
        cgroup.Kill();
        cgroup.Remove();
    }

    [HostFact]
    public void An_out_of_memory_kill_is_told()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources { Memory = new LinuxMemory { Limit = 16 << 20, Swap = 16 << 20 } });
        using OomWatch watch = cgroup.WatchOom();
        watch.Read(out bool killed).Should().Be(CgroupLayout.Current.Mode != CgroupMode.Unified, "a v2 cgroup is empty so far");
        killed.Should().BeFalse();
        HostCgroups.Shell(cgroup, "tail /dev/zero");
        Poll(watch.Descriptor).Should().BeTrue();
        watch.Read(out killed);
        killed.Should().BeTrue();
        cgroup.OomKills.Should().Be(1);
        watch.Read(out killed);
        killed.Should().BeFalse();
        cgroup.Remove();
        watch.Read(out _).Should().BeFalse();
    }

    private static unsafe bool Poll(FileDescriptor descriptor)
    {
        var waiting = new LibC.pollfd { fd = descriptor, events = LibC.POLLIN };
        return LibC.poll(&waiting, 1, 10_000) == 1;
    }

    private static string Json(CgroupStatistics statistics)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            statistics.Write(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
