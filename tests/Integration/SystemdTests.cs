using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// <c>--systemd-cgroup</c> on a host that runs systemd, whatever its cgroup version: what systemd knows of a container,
/// and what the kernel does. systemd sets what it has properties for, and the runtime all the rest.
/// </summary>
[Collection(Systemd.Limits)]
[Trait("Lane", "Systemd")]
public sealed class SystemdTests : ContainerTest, IDisposable
{
    private readonly List<Container> _scopes = [];

    /// <summary>Two levels deep, as <see cref="SlicePath"/> says.</summary>
    private string Slice => Token + "a-b.slice";

    /// <summary>The slice's cgroup in each hierarchy.</summary>
    private string SlicePath => $"/{Token}a.slice/{Token}a-b.slice";

    /// <summary>A container that sleeps, of <c>--systemd-cgroup</c>.</summary>
    private Container New(string resources = "{}", string? path = null, Runtime? runtime = null)
    {
        Container container = NewContainer("{\"linux\":{\"resources\":" + resources + "}}", runtime: runtime);
        container.GlobalFlags.Add("--systemd-cgroup");
        if (path is not null)
            container.Bundle.Config["linux"]!["cgroupsPath"] = path;
        container.Bundle.Args("sleep", "1000");
        _scopes.Add(container);
        return container;
    }

    /// <summary>systemd keeps the slices that it has made for scopes.</summary>
    void IDisposable.Dispose()
    {
        foreach (Container container in _scopes.Where(container => System.IO.Directory.Exists(Path.Combine(Root, container.Id))))
            container.Delete("--force");
        Command.Run("systemctl", "stop", Token + "a.slice");
        Dispose();
    }

    private static Dictionary<string, string> Show(string unit) => Systemd.Show(unit);

    /// <summary>A file of a cgroup.</summary>
    private static string Read(string directory, string file) => File.ReadAllText(Path.Combine(directory, file)).Trim();

    /// <summary>Checks files of a cgroup, each with its v1 hierarchy or, on v2, without one.</summary>
    private static void KernelHas(string path, Dictionary<string, string> files)
    {
        foreach ((string file, string value) in files)
        {
            string[] names = file.Split('/');
            Read(Cgroups.DirectoryOf(names[0], path), names[^1]).Split('\n').Should().Contain(value, file);
        }
    }

    /// <summary>Both versions have most limits, each under names of its own; and v2 some more, and v1 others.</summary>
    [SystemdFact]
    public void A_container_is_a_scope_with_its_limits_and_delete_ends_it()
    {
        // The only scheduler that weighs on v1.
        if (!Cgroups.IsV2)
            Command.Run("modprobe", "bfq").Succeeds();
        Container container = New("""
            {"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":67108864,"swap":100663296,"reservation":33554432},
             "cpu":{"shares":512,"quota":5123,"period":50000,"cpus":"0","mems":"0"},"pids":{"limit":20},"blockIO":{"weight":200},
            """ + (Cgroups.IsV2
                ? """ "unified":{"memory.high":"61440000"}} """
                : """ "network":{"classID":1048577,"priorities":[{"name":"lo","priority":3}]},"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]} """),
            $"{Slice}:pre:{Token}");
        // Which there may not be: that is another error.
        Command.Run("mknod", container.Bundle.Rootfs + "/device", "c", "10", "227").Succeeds();
        if (!Cgroups.IsV2)
            container.Bundle.WithoutNamespace("network");
        container.Run("--detach").Succeeds();
        string unit = $"pre-{Token}.scope", path = $"{SlicePath}/{unit}";
        Cgroups.PlacesOf(container.Pid).Should().NotBeEmpty().And.OnlyContain(place => place.EndsWith(":" + path));

        Dictionary<string, string> properties = Show(unit);
        properties.Should().Contain(new Dictionary<string, string>
        {
            ["ActiveState"] = "active",
            ["Slice"] = Slice,
            ["Delegate"] = "yes",
            ["Description"] = "ocirun container " + container.Id,
            ["CPUQuotaPerSecUSec"] = "110ms",
            ["CPUQuotaPeriodUSec"] = "50ms",
            ["TasksMax"] = "20",
            ["DevicePolicy"] = "strict",
        }).And.Contain(Cgroups.IsV2
            ? new Dictionary<string, string>
            {
                ["MemoryMax"] = "67108864",
                ["MemorySwapMax"] = "33554432",
                ["MemoryLow"] = "33554432",
                ["MemoryHigh"] = "61440000",
                ["CPUWeight"] = "59",
                ["AllowedCPUs"] = "0",
                ["AllowedMemoryNodes"] = "0",
                ["IOWeight"] = "1920",
            }
            : new Dictionary<string, string> { ["MemoryLimit"] = "67108864", ["CPUShares"] = "512", ["BlockIOWeight"] = "200" });
        properties["DeviceAllow"].Split(';').Should().Contain(["/dev/char/1:3 rwm", "char-* m", "char-136 rwm"]);

        // systemd keeps whole percents of a CPU, and the kernel has them from the beginning.
        KernelHasThem("5500", weight: "200");
        // What somebody else has set, or a runtime more exactly, stays through an update that is refused, and one of something else.
        string quota = Cgroups.DirectoryOf("cpu", path) + (Cgroups.IsV2 ? "/cpu.max" : "/cpu.cfs_quota_us");
        File.WriteAllText(quota, Cgroups.IsV2 ? "5123 50000" : "5123");
        container.Command("update", container.Id, "--cpu-quota", "7000", "--cpuset-cpus", "999").FailsWith("cpuset.cpus").Stderr.Should().NotContain("warning");
        container.Command("update", container.Id, "--cpu-share", "512").Succeeds().Stderr.Should().BeEmpty();
        KernelHasThem("5123", weight: "200");
        Command.Run("systemctl", "daemon-reload").Succeeds();
        // systemd writes what it keeps, on v1 also a weight of its own making from BlockIOWeight.
        KernelHasThem("5500", weight: "109");

        container.Delete("--force").Succeeds();
        Show(unit)["LoadState"].Should().Be("not-found");
        NothingIsLeft();

        void KernelHasThem(string quota, string weight)
        {
            KernelHas(path, Cgroups.IsV2
                ? new Dictionary<string, string>
                {
                    ["memory.max"] = "67108864",
                    ["memory.swap.max"] = "33554432",
                    ["memory.low"] = "33554432",
                    ["memory.high"] = "61440000",
                    ["cpu.weight"] = "59",
                    ["cpu.max"] = quota + " 50000",
                    ["cpuset.cpus"] = "0",
                    ["cpuset.mems"] = "0",
                    ["pids.max"] = "20",
                }
                : new Dictionary<string, string>
                {
                    ["memory/memory.limit_in_bytes"] = "67108864",
                    ["memory/memory.memsw.limit_in_bytes"] = "100663296",
                    ["memory/memory.soft_limit_in_bytes"] = "33554432",
                    ["cpu/cpu.shares"] = "512",
                    ["cpu/cpu.cfs_quota_us"] = quota,
                    ["cpu/cpu.cfs_period_us"] = "50000",
                    ["cpuset/cpuset.cpus"] = "0",
                    ["cpuset/cpuset.mems"] = "0",
                    ["pids/pids.max"] = "20",
                    ["blkio/blkio.bfq.weight"] = weight,
                    ["net_cls/net_cls.classid"] = "1048577",
                    ["net_prio/net_prio.ifpriomap"] = "lo 3",
                    ["hugetlb/hugetlb.2MB.limit_in_bytes"] = "4194304",
                    ["hugetlb/hugetlb.2MB.rsvd.limit_in_bytes"] = "4194304",
                });
            container.Command("exec", container.Id, "sh", "-c", ": </dev/null; cat /device").FailsWith("Operation not permitted");
        }
    }

    [SystemdFact]
    public void Update_tells_systemd_and_the_kernel_or_neither()
    {
        Container container = New("""{"memory":{"limit":67108864},"cpu":{"cpus":"0"},"pids":{"limit":20}}""");
        container.Run("--detach").Succeeds();
        container.Command("update", container.Id, "--memory", "50m", "--cpu-quota", "20000", "--cpu-period", "50000", "--pids-limit", "9", "--cpu-share", "2048").Succeeds();
        container.Status.Should().Be("running");
        string unit = $"ocirun-{container.Id}.scope", path = "/system.slice/" + unit;
        BothHaveThem();
        Command.Run("systemctl", "daemon-reload").Succeeds();
        BothHaveThem();
        container.Command("update", container.Id, "--memory", "40m", "--cpuset-cpus", "999").FailsWith("cpuset.cpus");
        BothHaveThem();

        void BothHaveThem()
        {
            Show(unit).Should().Contain(new Dictionary<string, string> { ["CPUQuotaPerSecUSec"] = "400ms", ["TasksMax"] = "9" }).And.Contain(Cgroups.IsV2
                ? new Dictionary<string, string> { ["MemoryMax"] = "52428800", ["CPUWeight"] = "174", ["AllowedCPUs"] = "0" }
                : new Dictionary<string, string> { ["MemoryLimit"] = "52428800", ["CPUShares"] = "2048" });
            KernelHas(path, Cgroups.IsV2
                ? new Dictionary<string, string> { ["memory.max"] = "52428800", ["cpu.max"] = "20000 50000", ["cpu.weight"] = "174", ["cpuset.cpus"] = "0", ["pids.max"] = "9" }
                : new Dictionary<string, string>
                {
                    ["memory/memory.limit_in_bytes"] = "52428800",
                    ["cpu/cpu.cfs_quota_us"] = "20000",
                    ["cpu/cpu.cfs_period_us"] = "50000",
                    ["cpu/cpu.shares"] = "2048",
                    ["cpuset/cpuset.cpus"] = "0",
                    ["pids/pids.max"] = "9",
                });
        }
    }

    [SystemdV2Fact]
    public void A_limit_below_the_usage_is_refused_before_systemd_sets_it_and_the_kernel_kills()
    {
        Container container = New("""{"memory":{"limit":134217728}}""");
        container.Bundle.Script("dd if=/dev/zero of=/dev/shm/held bs=1M count=16 2>/dev/null; echo held; exec sleep 1000");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Contains("held"), "the container holds memory", () => run.Stdout + run.Stderr);
        container.Update("""{"memory":{"limit":4194304,"checkBeforeUpdate":true}}""").FailsWith("rejecting memory limit 4194304 <= usage ");
        container.Status.Should().Be("running");
        Show($"ocirun-{container.Id}.scope")["MemoryMax"].Should().Be("134217728");
        container.Cgroup("memory.max").Should().Be("134217728");
        container.Delete("--force").Succeeds();
        run.Finish();
    }

    [SystemdFact]
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

    /// <summary>systemd has no words for such a list, and on v1 writes its own with the next update of anything.</summary>
    [SystemdTheory]
    [InlineData("""{"allow":true,"access":"rwm"},{"allow":false,"type":"c","major":10,"minor":227,"access":"rw"}""", true)]
    [InlineData("""{"allow":false,"access":"rwm"},{"allow":true,"type":"c","minor":229,"access":"rw"}""", false)]
    public void A_device_list_that_systemd_cannot_say_is_the_same_after_an_update(string list, bool allowed)
    {
        Container container = New("{\"devices\":[" + list + "]}");
        foreach ((string name, string major, string minor) in new[] { ("denied", "10", "227"), ("named", "10", "229"), ("other", "4", "300") })
            Command.Run("mknod", $"{container.Bundle.Rootfs}/{name}", "c", major, minor).Succeeds();
        container.Run("--detach").Succeeds();
        IsInForce();
        container.Command("update", container.Id, "--pids-limit", "20", "--cpu-share", "700").Succeeds();
        IsInForce();
        container.Command("update", container.Id, "--cpu-share", "800", "--cpuset-cpus", "999").FailsWith("cpuset.cpus");
        IsInForce();
        if (!Cgroups.IsV2)
            container.Cgroup("devices.list").Split('\n').Should().Contain(allowed ? "a *:* rwm" : "c *:229 rw");

        void IsInForce() => container.Command(
            "exec", container.Id, "sh", "-c", "for device in denied named other; do (: </$device) 2>&1 | grep -q 'not permitted' && echo $device; done; true")
            .Succeeds().Lines.Should().Equal(allowed ? ["denied"] : ["denied", "other"]);
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

    [SystemdFact]
    public void Without_a_path_the_scope_has_the_containers_id()
    {
        Container container = New();
        if (Cgroups.IsV2)
            container.Bundle.WithoutNamespace("cgroup");
        container.Create().Succeeds();
        string scope = $"/system.slice/ocirun-{container.Id}.scope";
        Read(Cgroups.DirectoryOf("systemd", scope), "cgroup.procs").Should().Be($"{container.Pid}");
        // In every hierarchy, also those that systemd does not use.
        Cgroups.PlacesOf(container.Pid).Should().OnlyContain(place => place.EndsWith(":" + scope));
        container.Start().Succeeds();
        container.Command("exec", container.Id, "cat", "/proc/self/cgroup").Succeeds().Stdout.Should().Be(File.ReadAllText($"/proc/{container.Pid}/cgroup"));
        container.Command("pause", container.Id).Succeeds();
        container.Status.Should().Be("paused");
        container.Command("resume", container.Id).Succeeds();
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
        NothingIsLeft();
    }

    [SystemdFact]
    public void Annotations_are_properties_of_the_scope()
    {
        Container container = New();
        container.Bundle.Patch("""
            {"annotations":{"org.systemd.property.TimeoutStopSec":"uint64 7","org.systemd.property.CollectMode":"'inactive-or-failed'","org.systemd.property.TasksMax":"uint64 77"}}
            """);
        container.Create().Succeeds();
        Show($"ocirun-{container.Id}.scope").Should().Contain(new Dictionary<string, string>
        {
            ["TimeoutStopUSec"] = "7s",
            ["CollectMode"] = "inactive-or-failed",
            ["TasksMax"] = "77",
        });
    }

    [SystemdFact]
    public void A_limit_of_one_task_lets_the_container_in() => LetsOneIn("""{"pids":{"limit":1}}""");

    [SystemdV2Fact]
    public void A_unified_limit_of_one_task_lets_the_container_in() => LetsOneIn("""{"unified":{"pids.max":"1"},"pids":{"limit":30}}""");

    private void LetsOneIn(string resources)
    {
        Container container = New(resources);
        container.Run("--detach").Succeeds();
        string unit = $"ocirun-{container.Id}.scope";
        Read(Cgroups.DirectoryOf("pids", "/system.slice/" + unit), "pids.max").Should().Be("1");
        Read(Cgroups.DirectoryOf("pids", "/system.slice/" + unit), "pids.current").Should().Be("1");
        Show(unit)["TasksMax"].Should().Be("1");
    }

    [SystemdFact]
    public void A_unit_that_runs_is_not_taken_and_not_stopped()
    {
        Container first = New(path: $"{Slice}:pre:{Token}"), second = New(path: $"{Slice}:pre:{Token}");
        first.Run("--detach").Succeeds();
        second.Run("--detach").FailsWith($"start the systemd unit pre-{Token}.scope: ");
        first.Status.Should().Be("running");
        Show($"pre-{Token}.scope")["ActiveState"].Should().Be("active");
        Read(Cgroups.DirectoryOf("systemd", SlicePath) + $"/pre-{Token}.scope", "cgroup.procs").Should().Be($"{first.Pid}");
    }

    [SystemdFact]
    public void What_fails_leaves_no_unit()
    {
        Container container = New();
        container.Bundle.Args("/no/such/program");
        container.Run().FailsWith("no such file or directory");
        NothingIsLeft();
        Show($"ocirun-{container.Id}.scope")["LoadState"].Should().Be("not-found");
    }

    [SystemdFact]
    public void A_foreground_container_is_its_scopes_only_process_and_ends_it()
    {
        Container container = New();
        container.Bundle.Script("echo up; exec sleep 1000");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Length > 0, "the container runs");
        Read(Cgroups.DirectoryOf("systemd", $"/system.slice/ocirun-{container.Id}.scope"), "cgroup.procs").Should().Be($"{container.Pid}");
        container.Kill("KILL").Succeeds();
        run.Finish().ExitsWith(128 + 9);
        NothingIsLeft();
    }

    [SystemdTheory]
    [InlineData("/a/b", "expected cgroupsPath to be of format \\\"slice:prefix:name\\\" for systemd cgroups")]
    [InlineData("a--b.slice:x:y", "invalid slice name: a--b.slice")]
    public void Paths_of_another_form_are_errors(string path, string message)
    {
        New(path: path).Run("--detach").FailsWith(message);
        NothingIsLeft();
    }

    /// <summary>The runtime in mounts of its own, where systemd's socket is covered, and the system's bus too or not.</summary>
    private Runtime WithoutSocket(bool withoutBus)
    {
        string wrapper = Path.Combine(Directory, "ocirun");
        ExecutableFile.Write(wrapper, $"""
            #!/bin/sh
            exec unshare --mount --propagation private sh -c '
                mount --bind /dev/null /run/systemd/private{(withoutBus ? " && mount -t tmpfs tmpfs /run/dbus" : "")} && exec "$0" "$@"
            ' {Runtime.UnderTest.Path} "$@"
            """);
        return new Runtime(wrapper);
    }

    [SystemdFact]
    public void Where_systemds_own_socket_cannot_be_used_the_bus_is()
    {
        Container container = New("""{"pids":{"limit":20}}""", runtime: WithoutSocket(withoutBus: false));
        container.Run("--detach").Succeeds();
        string unit = $"ocirun-{container.Id}.scope";
        Show(unit)["TasksMax"].Should().Be("20");
        container.Command("update", container.Id, "--pids-limit", "9").Succeeds();
        Show(unit)["TasksMax"].Should().Be("9");
        container.Delete("--force").Succeeds();
        Show(unit)["LoadState"].Should().Be("not-found");
        NothingIsLeft();
    }

    [SystemdFact]
    public void Where_there_is_neither_it_is_an_error()
    {
        New(runtime: WithoutSocket(withoutBus: true)).Run("--detach").FailsWith("connect to systemd: connect /run/systemd/private: connection refused");
        NothingIsLeft();
    }
}
