using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary><c>--systemd-cgroup</c> on a host with cgroup v2 alone: what systemd knows of a container, and what the kernel does.</summary>
[Trait("Lane", "Systemd")]
public sealed class SystemdV2Tests : SystemdTest
{
    [SystemdV2Fact]
    public void A_container_is_a_scope_with_its_limits_and_delete_ends_it()
    {
        Container container = New(Limits("""
            "blockIO":{"weight":200},"unified":{"memory.high":"61440000"}
            """), $"{Slice}:pre:{Token}");
        Command.Run("mknod", container.Bundle.Rootfs + "/kmsg", "c", "1", "11").Succeeds();
        container.Run("--detach").Succeeds();
        string unit = $"pre-{Token}.scope", directory = $"{Cgroups.Root}{SlicePath}/{unit}";
        File.ReadAllText($"/proc/{container.Pid}/cgroup").Should().Be($"0::{SlicePath}/{unit}\n");

        ShowsLimits(container, unit, new Dictionary<string, string>
        {
            ["MemoryMax"] = "67108864",
            ["MemorySwapMax"] = "33554432",
            ["MemoryLow"] = "33554432",
            ["MemoryHigh"] = "61440000",
            ["CPUWeight"] = "59",
            ["AllowedCPUs"] = "0",
            ["AllowedMemoryNodes"] = "0",
            ["IOWeight"] = "1920",
        });

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
        // Exact values stay through an update that is refused, and one of something else.
        container.Command("update", container.Id, "--cpu-quota", "7000", "--cpuset-cpus", "999").FailsWith("cpuset.cpus");
        container.Command("update", container.Id, "--cpu-share", "512").Succeeds();
        KernelHasThem("5123 50000");
        Command.Run("systemctl", "daemon-reload").Succeeds();
        // systemd writes what it keeps: whole percents of a CPU.
        KernelHasThem("5500 50000");

        container.Delete("--force").Succeeds();
        Show(unit)["LoadState"].Should().Be("not-found");
        System.IO.Directory.Exists(directory).Should().BeFalse();
    }

    [SystemdV2Fact]
    public void Update_tells_systemd_and_the_kernel_or_neither()
    {
        Container container = New("""{"memory":{"limit":67108864},"cpu":{"cpus":"0"},"pids":{"limit":20}}""");
        string unit = RunAndUpdate(container), directory = $"{Cgroups.Root}/system.slice/{unit}";
        Show(unit).Should().Contain(new Dictionary<string, string>
        {
            ["MemoryMax"] = "52428800",
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

    [SystemdV2Fact]
    public void The_same_config_leaves_the_same_values_as_runcs() => SameAsRuncs(
        """
        "unified":{"memory.high":"61440000","memory.min":"4096"}
        """,
        ["MemoryMax", "MemoryLow", "MemoryMin", "MemoryHigh", "MemorySwapMax", "AllowedCPUs", "AllowedMemoryNodes"],
        (ours, theirs) =>
        {
            // Not the weight: runc 1.1 converted shares in another way than it does today.
            foreach (string file in new[] { "memory.max", "memory.low", "memory.min", "memory.high", "memory.swap.max", "cpu.max", "cpuset.cpus", "cpuset.mems", "pids.max", "cgroup.subtree_control", "cgroup.controllers" })
                Read(Cgroups.Root + ours, file).Should().Be(Read(Cgroups.Root + theirs, file), file);
            // runc leaves out a device that is not there, /dev/net/tun, and names the group of pseudoterminals.
            static IEnumerable<string> Devices(string path) => Show(Path.GetFileName(path))["DeviceAllow"].Split(';')
                .Except(["/dev/char/10:200 rwm"]).Select(device => device.Replace("char-136", "char-pts")).Order();
            Devices(ours).Should().Equal(Devices(theirs));
        });
}
