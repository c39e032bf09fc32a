using System.Collections.Generic;
using System.IO;
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
        Container container = New("""
            {"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":67108864,"swap":100663296,"reservation":33554432},
             "cpu":{"shares":512,"quota":5123,"period":50000,"cpus":"0","mems":"0"},"pids":{"limit":20},"blockIO":{"weight":200},
             "network":{"classID":1048577,"priorities":[{"name":"lo","priority":3}]},"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}
            """, $"{Slice}:pre:{Token}");
        container.Bundle.WithoutNamespace("network");
        Command.Run("mknod", container.Bundle.Rootfs + "/kmsg", "c", "1", "11").Succeeds();
        container.Run("--detach").Succeeds();
        string unit = $"pre-{Token}.scope", path = $"{SlicePath}/{unit}";
        PlacesOf(container.Pid).Should().OnlyContain(place => place.EndsWith(":" + path));

        Dictionary<string, string> properties = Show(unit);
        properties.Should().Contain(new Dictionary<string, string>
        {
            ["ActiveState"] = "active",
            ["Slice"] = Slice,
            ["Delegate"] = "yes",
            ["Description"] = "ocirun container " + container.Id,
            ["MemoryLimit"] = "67108864",
            ["CPUShares"] = "512",
            ["CPUQuotaPerSecUSec"] = "110ms",
            ["CPUQuotaPeriodUSec"] = "50ms",
            ["TasksMax"] = "20",
            ["BlockIOWeight"] = "200",
            ["DevicePolicy"] = "strict",
        });
        properties["DeviceAllow"].Split(';').Should().Contain(["/dev/char/1:3 rwm", "char-* m", "char-136 rwm"]);

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
        container.Run("--detach").Succeeds();
        string unit = $"ocirun-{container.Id}.scope", path = "/system.slice/" + unit;
        container.Command("update", container.Id, "--memory", "50m", "--cpu-quota", "20000", "--cpu-period", "50000", "--pids-limit", "9", "--cpu-share", "2048").Succeeds();
        container.Status.Should().Be("running");
        Command.Run("systemctl", "daemon-reload").Succeeds();
        Show(unit).Should().Contain(new Dictionary<string, string>
        {
            ["MemoryLimit"] = "52428800",
            ["CPUQuotaPerSecUSec"] = "400ms",
            ["TasksMax"] = "9",
            ["CPUShares"] = "2048",
        });
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
    public void The_same_config_leaves_the_same_values_as_runcs()
    {
        const string resources = """
            {"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":67108864,"swap":100663296,"reservation":33554432},
             "cpu":{"shares":700,"quota":7123,"period":50000,"cpus":"0","mems":"0"},"pids":{"limit":20},"network":{"classID":7}}
            """;
        Container ours = New(resources, $"{Slice}:ours:{Token}"), theirs = New(resources, $"{Slice}:theirs:{Token}", Runtime.Runc);
        try
        {
            ours.Create().Succeeds();
            theirs.Create().Succeeds();
            string mine = $"{SlicePath}/ours-{Token}.scope", others = $"{SlicePath}/theirs-{Token}.scope";
            // runc 1.1 does not know misc.
            PlacesOf(ours.Pid).Where(place => !place.StartsWith("misc:")).Should()
                .Equal(PlacesOf(theirs.Pid).Where(place => !place.StartsWith("misc:")).Select(place => place.Replace(others, mine)));
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
                    In(controller, mine, file).Should().Be(In(controller, others, file), file);
            // Our order is the config's; runc leaves out /dev/net/tun in systemd's list, but not in the kernel's.
            In("devices", mine, "devices.list").Split('\n').Should().BeEquivalentTo(In("devices", others, "devices.list").Split('\n'));

            string[] properties = ["Slice", "Delegate", "MemoryLimit", "CPUShares", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec", "TasksMax", "DevicePolicy", "DefaultDependencies", "MemoryAccounting", "BlockIOAccounting", "TasksAccounting"];
            Dictionary<string, string> shown = Show($"ours-{Token}.scope"), expected = Show($"theirs-{Token}.scope");
            properties.Select(name => name + "=" + shown[name]).Should().Equal(properties.Select(name => name + "=" + expected[name]));
        }
        finally
        {
            theirs.Delete("--force").Succeeds();
        }
    }
}
