using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary><c>--systemd-cgroup</c> on a host that runs systemd, with cgroup v2: what systemd knows of a container, and what the kernel does.</summary>
[Trait("Lane", "Systemd")]
public sealed class SystemdTests : ContainerTest, IDisposable
{
    private readonly List<Container> _scopes = [];


    private string Slice => Token + "a-b.slice";

    private string SliceDirectory => $"/sys/fs/cgroup/{Token}a.slice/{Token}a-b.slice";

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

    private static Dictionary<string, string> Show(string unit) => Command.Run("systemctl", "show", unit).Succeeds().Lines
        .Select(line => line.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => string.Join(';', group.Select(pair => pair[1])));

    private static string Read(string directory, string file) => File.ReadAllText(Path.Combine(directory, file)).Trim();

    [SystemdFact]
    public void A_container_is_a_scope_with_its_limits_and_delete_ends_it()
    {
        Container container = New("""
            {"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":67108864,"swap":100663296,"reservation":33554432},
             "cpu":{"shares":512,"quota":5123,"period":50000,"cpus":"0","mems":"0"},"pids":{"limit":20},"blockIO":{"weight":200},
             "unified":{"memory.high":"61440000"}}
            """, $"{Slice}:pre:{Token}");
        Command.Run("mknod", container.Bundle.Rootfs + "/kmsg", "c", "1", "11").Succeeds();
        container.Run("--detach").Succeeds();
        string unit = $"pre-{Token}.scope", directory = $"{SliceDirectory}/{unit}";
        File.ReadAllText($"/proc/{container.Pid}/cgroup").Should().Be($"0::{directory["/sys/fs/cgroup".Length..]}\n");

        Dictionary<string, string> properties = Show(unit);
        properties.Should().Contain(new Dictionary<string, string>
        {
            ["ActiveState"] = "active",
            ["Slice"] = Slice,
            ["Delegate"] = "yes",
            ["Description"] = "ocirun container " + container.Id,
            ["MemoryMax"] = "67108864",
            ["MemorySwapMax"] = "33554432",
            ["MemoryLow"] = "33554432",
            ["MemoryHigh"] = "61440000",
            ["CPUWeight"] = "59",
            ["CPUQuotaPerSecUSec"] = "110ms",
            ["CPUQuotaPeriodUSec"] = "50ms",
            ["AllowedCPUs"] = "0",
            ["AllowedMemoryNodes"] = "0",
            ["TasksMax"] = "20",
            ["IOWeight"] = "1920",
            ["DevicePolicy"] = "strict",
        });
        properties["DeviceAllow"].Split(';').Should().Contain(["/dev/char/1:3 rwm", "char-* m", "char-136 rwm"]);

        void KernelHasThem(string quota)
        {
            Read(directory, "memory.max").Should().Be("67108864");
            Read(directory, "memory.swap.max").Should().Be("33554432");
            Read(directory, "memory.low").Should().Be("33554432");
            Read(directory, "memory.high").Should().Be("61440000");
            Read(directory, "cpu.weight").Should().Be("59");
            Read(directory, "cpu.max").Should().Be(quota);
            Read(directory, "cpuset.cpus").Should().Be("0");
            Read(directory, "pids.max").Should().Be("20");
            container.Command("exec", container.Id, "sh", "-c", ": </dev/null; cat /kmsg").FailsWith("Operation not permitted");
        }

        KernelHasThem("5123 50000");
        Command.Run("systemctl", "daemon-reload").Succeeds();
        // systemd writes what it keeps: whole percents of a CPU.
        KernelHasThem("5500 50000");

        container.Delete("--force").Succeeds();
        Show(unit)["LoadState"].Should().Be("not-found");
        System.IO.Directory.Exists(directory).Should().BeFalse();
    }

    [SystemdFact]
    public void Without_a_path_the_scope_has_the_containers_id()
    {
        Container container = New();
        container.Bundle.WithoutNamespace("cgroup");
        container.Create().Succeeds();
        Read($"/sys/fs/cgroup/system.slice/ocirun-{container.Id}.scope", "cgroup.procs").Should().Be($"{container.Pid}");
        container.Start().Succeeds();
        container.Command("exec", container.Id, "cat", "/proc/self/cgroup").Succeeds().Stdout.Should().Be($"0::/system.slice/ocirun-{container.Id}.scope\n");
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
    public void A_limit_of_one_task_lets_the_container_in()
    {
        Container container = New("""{"pids":{"limit":1}}""");
        container.Run("--detach").Succeeds();
        string unit = $"ocirun-{container.Id}.scope";
        Read("/sys/fs/cgroup/system.slice/" + unit, "pids.max").Should().Be("1");
        Read("/sys/fs/cgroup/system.slice/" + unit, "pids.current").Should().Be("1");
        Show(unit)["TasksMax"].Should().Be("1");
    }

    [SystemdFact]
    public void Update_tells_systemd_and_the_kernel_or_neither()
    {
        Container container = New("""{"memory":{"limit":67108864},"cpu":{"cpus":"0"},"pids":{"limit":20}}""");
        container.Run("--detach").Succeeds();
        string unit = $"ocirun-{container.Id}.scope", directory = "/sys/fs/cgroup/system.slice/" + unit;
        container.Command("update", container.Id, "--memory", "50m", "--cpu-quota", "20000", "--cpu-period", "50000", "--pids-limit", "9", "--cpu-share", "2048").Succeeds();
        Command.Run("systemctl", "daemon-reload").Succeeds();
        Show(unit).Should().Contain(new Dictionary<string, string>
        {
            ["MemoryMax"] = "52428800",
            ["CPUQuotaPerSecUSec"] = "400ms",
            ["TasksMax"] = "9",
            ["CPUWeight"] = Read(directory, "cpu.weight"),
            ["AllowedCPUs"] = "0",
        });
        Read(directory, "memory.max").Should().Be("52428800");
        Read(directory, "cpu.max").Should().Be("20000 50000");
        Read(directory, "pids.max").Should().Be("9");

        container.Command("update", container.Id, "--memory", "40m", "--cpuset-cpus", "999").FailsWith("cpuset.cpus");
        Show(unit).Should().Contain(new Dictionary<string, string> { ["MemoryMax"] = "52428800", ["AllowedCPUs"] = "0" });
        Read(directory, "memory.max").Should().Be("52428800");
    }

    [SystemdFact]
    public void A_unit_that_runs_is_not_taken_and_not_stopped()
    {
        Container first = New(path: $"{Slice}:pre:{Token}"), second = New(path: $"{Slice}:pre:{Token}");
        first.Run("--detach").Succeeds();
        second.Run("--detach").FailsWith($"start the systemd unit pre-{Token}.scope: ");
        first.Status.Should().Be("running");
        Show($"pre-{Token}.scope")["ActiveState"].Should().Be("active");
        Read($"{SliceDirectory}/pre-{Token}.scope", "cgroup.procs").Should().Be($"{first.Pid}");
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
        Read($"/sys/fs/cgroup/system.slice/ocirun-{container.Id}.scope", "cgroup.procs").Should().Be($"{container.Pid}");
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

    [SystemdFact]
    public void The_same_config_leaves_the_same_values_as_runcs()
    {
        const string resources = """
            {"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":67108864,"swap":100663296,"reservation":33554432},
             "cpu":{"shares":700,"quota":7123,"period":50000,"cpus":"0","mems":"0"},"pids":{"limit":20},"unified":{"memory.high":"61440000","memory.min":"4096"}}
            """;
        Container ours = New(resources, $"{Slice}:ours:{Token}"), theirs = New(resources, $"{Slice}:theirs:{Token}", Runtime.Runc);
        try
        {
            ours.Create().Succeeds();
            theirs.Create().Succeeds();
            // Not the weight: runc 1.1 converted shares in another way than it does today.
            foreach (string file in new[] { "memory.max", "memory.low", "memory.min", "memory.high", "memory.swap.max", "cpu.max", "cpuset.cpus", "cpuset.mems", "pids.max", "cgroup.subtree_control", "cgroup.controllers" })
                Read($"{SliceDirectory}/ours-{Token}.scope", file).Should().Be(Read($"{SliceDirectory}/theirs-{Token}.scope", file), file);
            string[] names = ["Slice", "Delegate", "MemoryMax", "MemoryLow", "MemoryMin", "MemoryHigh", "MemorySwapMax", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec", "AllowedCPUs", "AllowedMemoryNodes", "TasksMax", "DevicePolicy", "DefaultDependencies"];
            Dictionary<string, string> mine = Show($"ours-{Token}.scope"), others = Show($"theirs-{Token}.scope");
            names.Select(name => name + "=" + mine[name]).Should().Equal(names.Select(name => name + "=" + others[name]));
            // runc leaves out a device that is not there, /dev/net/tun, and names the group of pseudoterminals.
            mine["DeviceAllow"].Split(';').Except(["/dev/char/10:200 rwm"]).Select(device => device.Replace("char-136", "char-pts")).Order()
                .Should().Equal(others["DeviceAllow"].Split(';').Except(["/dev/char/10:200 rwm"]).Order());
        }
        finally
        {
            theirs.Delete("--force").Succeeds();
        }
    }
}
