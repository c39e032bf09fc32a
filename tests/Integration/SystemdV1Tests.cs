using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// <c>--systemd-cgroup</c> on a host with cgroup v1 hierarchies: systemd sets what it has properties for, in the
/// hierarchies that it uses, and the runtime all the rest.
/// </summary>
[Trait("Lane", "Systemd")]
public sealed class SystemdV1Tests : SystemdTest
{
    private static string In(string controller, string path, string file) => Read(Cgroups.DirectoryOf(controller, path), file);

    [SystemdV1Fact]
    public void A_container_is_a_scope_with_its_limits_and_delete_ends_it()
    {
        // The only scheduler that weighs.
        Command.Run("modprobe", "bfq").Succeeds();
        Container container = New(Limits("""
            "blockIO":{"weight":200},"network":{"classID":1048577,"priorities":[{"name":"lo","priority":3}]},"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]
            """), $"{Slice}:pre:{Token}");
        Command.Run("mknod", container.Bundle.Rootfs + "/kmsg", "c", "1", "11").Succeeds();
        container.Bundle.WithoutNamespace("network");
        container.Run("--detach").Succeeds();
        string unit = $"pre-{Token}.scope", path = $"{SlicePath}/{unit}";
        PlacesOf(container.Pid).Should().OnlyContain(place => place.EndsWith(":" + path));

        ShowsLimits(container, unit, new Dictionary<string, string> { ["MemoryLimit"] = "67108864", ["CPUShares"] = "512", ["BlockIOWeight"] = "200" });

        void KernelHasThem(string quota, string weight)
        {
            In("memory", path, "memory.limit_in_bytes").Should().Be("67108864");
            In("memory", path, "memory.memsw.limit_in_bytes").Should().Be("100663296");
            In("memory", path, "memory.soft_limit_in_bytes").Should().Be("33554432");
            In("cpu", path, "cpu.shares").Should().Be("512");
            In("cpu", path, "cpu.cfs_quota_us").Should().Be(quota);
            In("cpu", path, "cpu.cfs_period_us").Should().Be("50000");
            In("cpuset", path, "cpuset.cpus").Should().Be("0");
            In("cpuset", path, "cpuset.mems").Should().Be("0");
            In("pids", path, "pids.max").Should().Be("20");
            In("blkio", path, "blkio.bfq.weight").Should().Be(weight);
            In("net_cls", path, "net_cls.classid").Should().Be("1048577");
            In("net_prio", path, "net_prio.ifpriomap").Should().Contain("lo 3");
            In("hugetlb", path, "hugetlb.2MB.limit_in_bytes").Should().Be("4194304");
            In("hugetlb", path, "hugetlb.2MB.rsvd.limit_in_bytes").Should().Be("4194304");
            container.Command("exec", container.Id, "sh", "-c", ": </dev/null; cat /kmsg").FailsWith("Operation not permitted");
        }

        KernelHasThem("5123", "200");
        // Exact values stay through an update that is refused, and one of something else.
        container.Command("update", container.Id, "--cpu-quota", "7000", "--cpuset-cpus", "999").FailsWith("cpuset.cpus");
        container.Command("update", container.Id, "--cpu-share", "512").Succeeds();
        KernelHasThem("5123", "200");
        Command.Run("systemctl", "daemon-reload").Succeeds();
        // systemd writes what it keeps: whole percents of a CPU, and a weight of its own making from BlockIOWeight.
        KernelHasThem("5500", "109");

        container.Delete("--force").Succeeds();
        Show(unit)["LoadState"].Should().Be("not-found");
        NothingIsLeft();
    }

    [SystemdV1Fact]
    public void Update_tells_systemd_and_the_kernel_or_neither()
    {
        Container container = New("""{"memory":{"limit":67108864},"cpu":{"cpus":"0"},"pids":{"limit":20}}""");
        string unit = RunAndUpdate(container), path = "/system.slice/" + unit;
        Show(unit).Should().Contain(new Dictionary<string, string> { ["MemoryLimit"] = "52428800", ["CPUShares"] = "2048" });
        In("memory", path, "memory.limit_in_bytes").Should().Be("52428800");
        In("cpu", path, "cpu.cfs_quota_us").Should().Be("20000");
        In("cpu", path, "cpu.shares").Should().Be("2048");
        In("pids", path, "pids.max").Should().Be("9");

        container.Command("update", container.Id, "--memory", "40m", "--cpuset-cpus", "999").FailsWith("cpuset.cpus");
        Show(unit)["MemoryLimit"].Should().Be("52428800");
        In("memory", path, "memory.limit_in_bytes").Should().Be("52428800");
        In("cpuset", path, "cpuset.cpus").Should().Be("0");
    }

    [SystemdV1Fact]
    public void A_paused_container_is_updated_and_stays_paused()
    {
        Container container = New();
        container.Run("--detach").Succeeds();
        container.Command("pause", container.Id).Succeeds();
        container.Command("update", container.Id, "--pids-limit", "9").Succeeds();
        container.Status.Should().Be("paused");
        container.Command("resume", container.Id).Succeeds();
        container.Cgroup("pids.max").Should().Be("9");
    }

    [SystemdV1Fact]
    public void What_v1_does_not_have_is_an_error()
    {
        New("""{"unified":{"memory.high":"61440000"}}""").Run("--detach").FailsWith("cannot use unified on cgroup v1");
        Container rootless = New();
        rootless.GlobalFlags.Add("--rootless=true");
        rootless.Run("--detach").FailsWith("cannot use rootless systemd cgroups manager on cgroup v1");
        NothingIsLeft();
    }

    [SystemdV1Fact]
    public void The_same_config_leaves_the_same_values_as_runcs() => SameAsRuncs(
        """
        "network":{"classID":7}
        """,
        ["MemoryLimit", "CPUShares", "MemoryAccounting", "BlockIOAccounting", "TasksAccounting"],
        (ours, theirs) =>
        {
            static int Init(string path) => int.Parse(In("pids", path, "cgroup.procs"), CultureInfo.InvariantCulture);
            // runc 1.1 does not know misc.
            PlacesOf(Init(ours)).Where(place => !place.StartsWith("misc:")).Should()
                .Equal(PlacesOf(Init(theirs)).Where(place => !place.StartsWith("misc:")).Select(place => place.Replace(theirs, ours)));
            (string Controller, string[] Files)[] files =
            [
                ("memory", ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes", "memory.use_hierarchy"]),
                ("cpu", ["cpu.shares", "cpu.cfs_quota_us", "cpu.cfs_period_us"]),
                ("cpuset", ["cpuset.cpus", "cpuset.mems"]),
                ("pids", ["pids.max"]),
                ("net_cls", ["net_cls.classid"]),
                ("freezer", ["freezer.state"]),
            ];
            foreach ((string controller, string[] names) in files)
                foreach (string file in names)
                    In(controller, ours, file).Should().Be(In(controller, theirs, file), file);
            // Our order is the config's; runc leaves out /dev/net/tun in systemd's list, but not in the kernel's.
            In("devices", ours, "devices.list").Split('\n').Should().BeEquivalentTo(In("devices", theirs, "devices.list").Split('\n'));
        });
}
