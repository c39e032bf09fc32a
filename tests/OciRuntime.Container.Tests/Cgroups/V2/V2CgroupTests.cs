using System;
using System.Collections.Generic;
using System.IO;
using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.V2;

/// <summary>On the v2 hierarchy of the machine, in cgroups of fresh names that the tests take away again.</summary>
[Trait("Lane", "CgroupV2")]
public sealed class V2CgroupTests : IDisposable
{
    private readonly HostCgroups _host = new();

    public void Dispose() => _host.Dispose();

    [V2Fact]
    public void Create_enables_every_controller_and_remove_takes_all_away()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        File.ReadAllText(cgroup.Paths[0].Directory + "/cgroup.controllers").Split().Should()
            .BeEquivalentTo(File.ReadAllText("/sys/fs/cgroup/cgroup.controllers").Split());
        cgroup.CloneInto.IsOpen.Should().BeTrue();
        cgroup.Remove();
        Directory.Exists("/sys/fs/cgroup" + _host.Parent).Should().BeFalse();
    }

    [V2Fact]
    public void Processes_are_found_killed_and_waited_for()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(null);
        System.Diagnostics.Process process = _host.Join(cgroup);
        var pids = new List<int>();
        cgroup.Processes(pids);
        pids.Should().Equal(process.Id);
        cgroup.Kill();
        cgroup.Remove();
        Directory.Exists(cgroup.Paths[0].Directory).Should().BeFalse();
    }

    [V2Fact]
    public void Freeze_waits_for_the_event()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        System.Diagnostics.Process process = _host.Join(cgroup);
        cgroup.Freeze();
        cgroup.IsFrozen.Should().BeTrue();
        Read(cgroup, "cgroup.events").Should().Contain("frozen 1");
        cgroup.Thaw();
        cgroup.IsFrozen.Should().BeFalse();
        cgroup.Freeze();
        cgroup.Kill();
        cgroup.Remove();
        process.WaitForExit(5000).Should().BeTrue();
    }

    [V2Fact]
    public void Limits_are_in_the_kernels_files()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources
        {
            Memory = new LinuxMemory { Limit = 64 << 20, Reservation = 32 << 20, Swap = 96 << 20 },
            CPU = new LinuxCPU { Shares = 512, Quota = 50_000, Period = 200_000, Burst = 10_000, Cpus = "0", Mems = "0", Idle = 0 },
            Pids = new LinuxPids { Limit = 17 },
            BlockIO = new LinuxBlockIO { Weight = 500 },
            Unified = new Dictionary<string, string> { ["memory.low"] = "16777216", ["memory.high"] = "50331648" },
        });
        Read(cgroup, "memory.max").Should().Be("67108864");
        Read(cgroup, "memory.low").Should().Be("16777216", "unified wins");
        Read(cgroup, "memory.high").Should().Be("50331648");
        if (File.Exists(cgroup.Paths[0].Directory + "/memory.swap.max"))
            Read(cgroup, "memory.swap.max").Should().Be("33554432");
        Read(cgroup, "cpu.weight").Should().Be("59");
        Read(cgroup, "cpu.max").Should().Be("50000 200000");
        Read(cgroup, "cpu.max.burst").Should().Be("10000");
        Read(cgroup, "cpuset.cpus").Should().Be("0");
        Read(cgroup, "pids.max").Should().Be("17");
        _host.Warnings.Should().BeEmpty();
        cgroup.Remove();
    }

    [V2Fact]
    public void Only_allowed_devices_open_and_a_second_program_replaces_the_first()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(null);
        HostCgroups.Shell(cgroup, ": </dev/zero >/dev/null").Should().BeEmpty();
        HostCgroups.Shell(cgroup, ": </dev/kmsg").Should().Contain("Operation not permitted");

        using ICgroup again = CgroupFactory.Load(cgroup.Paths, systemd: false, _host.Warnings.Add);
        again.Apply(new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = true, Type = "c", Major = 1, Minor = 11, Access = "r" }] });
        HostCgroups.Shell(cgroup, ": </dev/kmsg").Should().BeEmpty();
        again.Apply(null);
        HostCgroups.Shell(cgroup, ": </dev/kmsg").Should().Contain("Operation not permitted");
        cgroup.Remove();
    }

    [V2Fact]
    public void Unknown_files_and_missing_controllers_are_named()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        Refused(cgroup, "memory.nonsense", "set linux.resources.unified[\"memory.nonsense\"]: write \"1\" to */memory.nonsense: no such file or directory*");
        Refused(cgroup, "nonsense.max", "*controller \"nonsense\" not available*");
        Refused(cgroup, "nonsense", "*must be in the form CONTROLLER.PARAMETER*");
        Refused(cgroup, "memory/max", "*no slashes*");
        cgroup.Remove();
    }

    [V2Fact]
    public void A_refused_update_leaves_the_old_values()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources { Memory = new LinuxMemory { Limit = 64 << 20 }, Pids = new LinuxPids { Limit = 10 } });
        Action update = () => cgroup.Update(new LinuxResources
        {
            Memory = new LinuxMemory { Limit = 32 << 20 },
            Pids = new LinuxPids { Limit = 20 },
            CPU = new LinuxCPU { Quota = 1 },
        });
        update.Should().Throw<ContainerException>().WithMessage("set linux.resources.cpu.quota: write \"1 100000\" to */cpu.max: invalid argument*");
        Read(cgroup, "memory.max").Should().Be("67108864");
        Read(cgroup, "pids.max").Should().Be("10");
        _host.Warnings.Should().BeEmpty();
        cgroup.Remove();
    }

    [V2Fact]
    public void The_owner_may_manage_the_cgroup_and_not_its_limits()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.ChangeOwner(12345);
        Owner("").Should().Be(12345);
        Owner("/cgroup.procs").Should().Be(12345);
        Owner("/memory.max").Should().Be(0);
        cgroup.Remove();

        uint Owner(string file)
        {
            OciRuntime.Linux.LibC.statx(OciRuntime.Linux.LibC.AT_FDCWD, cgroup.Paths[0].Directory + file, 0, OciRuntime.Linux.LibC.STATX_BASIC_STATS, out var stat).Should().Be(0);
            return stat.stx_uid;
        }
    }

    private static void Refused(ICgroup cgroup, string file, string message)
    {
        Action apply = () => cgroup.Apply(new LinuxResources { Unified = new Dictionary<string, string> { [file] = "1" } });
        apply.Should().Throw<ContainerException>().WithMessage(message);
    }

    private static string Read(ICgroup cgroup, string file) =>
        File.ReadAllText(cgroup.Paths[0].Directory + "/" + file).Trim();
}
