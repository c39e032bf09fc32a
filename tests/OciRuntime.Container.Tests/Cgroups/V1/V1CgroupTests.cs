using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.V1;

/// <summary>On the host's own v1 hierarchies, in cgroups of fresh names that the tests take away again.</summary>
[Trait("Lane", "Root")]
public sealed class V1CgroupTests : IDisposable
{
    private readonly HostCgroups _host = new();

    public void Dispose() => _host.Dispose();

    [V1Fact]
    public void Create_makes_one_directory_per_hierarchy_and_remove_takes_them_away()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Paths.Should().HaveCount(HostCgroups.Hierarchies.Count);
        cgroup.Paths.Should().OnlyContain(path => Directory.Exists(path.Directory));
        File.ReadAllText(Of(cgroup, "cpuset") + "/cpuset.cpus").Trim().Should().NotBeEmpty();
        cgroup.Remove();
        cgroup.Paths.Should().OnlyContain(path => !Directory.Exists(path.Directory));
        HostCgroups.Hierarchies.Should().OnlyContain(hierarchy => !Directory.Exists(hierarchy.MountPoint + _host.Parent), "the parent was made too");
    }

    [V1Fact]
    public void A_process_joins_every_hierarchy_and_is_killed_and_waited_for()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(null);
        System.Diagnostics.Process process = _host.Join(cgroup);
        string[] membership = File.ReadAllLines($"/proc/{process.Id}/cgroup");
        foreach (CgroupPath path in cgroup.Paths.Where(path => path.Hierarchy.Length > 0))
            membership.Should().Contain(line => line.EndsWith($":{path.Hierarchy}:{path.Path}", StringComparison.Ordinal));
        var pids = new List<int>();
        cgroup.Processes(pids);
        pids.Should().Equal(process.Id);
        cgroup.Kill();
        cgroup.Remove();
        cgroup.Paths.Should().OnlyContain(path => !Directory.Exists(path.Directory));
    }

    [V1Fact]
    public void A_frozen_process_is_frozen_thaws_and_can_be_killed_while_frozen()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        System.Diagnostics.Process process = _host.Join(cgroup);
        cgroup.IsFrozen.Should().BeFalse();
        cgroup.Freeze();
        cgroup.IsFrozen.Should().BeTrue();
        File.ReadAllText(Of(cgroup, "freezer") + "/freezer.state").Should().Be("FROZEN\n");
        cgroup.Thaw();
        cgroup.IsFrozen.Should().BeFalse();
        process.HasExited.Should().BeFalse();
        cgroup.Freeze();
        cgroup.Kill();
        cgroup.Remove();
        process.WaitForExit(5000).Should().BeTrue();
    }

    [V1Fact]
    public void Limits_are_in_the_kernels_files()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources
        {
            Memory = new LinuxMemory { Limit = 64 << 20, Reservation = 32 << 20 },
            CPU = new LinuxCPU { Shares = 512, Quota = 50_000, Period = 200_000, Cpus = "0", Mems = "0" },
            Pids = new LinuxPids { Limit = 17 },
        });
        Read(cgroup, "memory", "memory.limit_in_bytes").Should().Be("67108864");
        Read(cgroup, "memory", "memory.soft_limit_in_bytes").Should().Be("33554432");
        Read(cgroup, "cpu", "cpu.shares").Should().Be("512");
        Read(cgroup, "cpu", "cpu.cfs_quota_us").Should().Be("50000");
        Read(cgroup, "cpu", "cpu.cfs_period_us").Should().Be("200000");
        Read(cgroup, "cpuset", "cpuset.cpus").Should().Be("0");
        Read(cgroup, "pids", "pids.max").Should().Be("17");
        _host.Warnings.Should().BeEmpty();
        cgroup.Remove();
    }

    [V1Fact]
    public void A_refused_value_is_named_with_its_file_and_errno()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        Action apply = () => cgroup.Apply(new LinuxResources { CPU = new LinuxCPU { Cpus = "4096" } });
        apply.Should().Throw<ContainerException>()
            .WithMessage("set linux.resources.cpu.cpus: write \"4096\" to /sys/fs/cgroup/*/cpuset.cpus: *");
        cgroup.Remove();
    }

    [V1Fact]
    public void A_refused_update_leaves_the_old_values()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources { Memory = new LinuxMemory { Limit = 64 << 20 }, CPU = new LinuxCPU { Shares = 512, Cpus = "0" } });
        Action update = () => cgroup.Update(new LinuxResources
        {
            Memory = new LinuxMemory { Limit = 32 << 20 },
            CPU = new LinuxCPU { Shares = 2000, Quota = 1 },
        });
        update.Should().Throw<ContainerException>().WithMessage("set linux.resources.cpu.quota: write \"1\" to *cpu.cfs_quota_us: invalid argument*");
        Read(cgroup, "memory", "memory.limit_in_bytes").Should().Be("67108864");
        Read(cgroup, "cpu", "cpu.shares").Should().Be("512");
        _host.Warnings.Should().BeEmpty();
        cgroup.Remove();
    }

    [V1Fact]
    public void The_device_list_is_the_default_one_and_an_update_leaves_it()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }] });
        string[] expected =
        [
            "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:8 rwm", "c 1:7 rwm", "c 5:0 rwm", "c 1:5 rwm", "c 1:9 rwm", "c 136:* rwm", "c 5:2 rwm", "c 10:200 rwm",
        ];
        Read(cgroup, "devices", "devices.list").Split('\n').Should().Equal(expected);
        cgroup.Update(new LinuxResources { Pids = new LinuxPids { Limit = 5 } });
        Read(cgroup, "devices", "devices.list").Split('\n').Should().Equal(expected);
        cgroup.Remove();
    }

    [V1Fact]
    public void Only_allowed_devices_open()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(null);
        HostCgroups.Shell(cgroup, ": </dev/zero >/dev/null").Should().BeEmpty();
        HostCgroups.Shell(cgroup, ": </dev/kmsg").Should().Contain("Operation not permitted");
        cgroup.Remove();
    }

    [V1Fact]
    public void A_failed_create_removes_only_what_it_made()
    {
        CgroupHierarchy pids = CgroupLayout.Current.Find("pids")!;
        Directory.CreateDirectory(pids.MountPoint + _host.Parent + "/ct");
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Remove();
        Directory.Exists(pids.MountPoint + _host.Parent + "/ct").Should().BeTrue();
        Directory.Exists(CgroupLayout.Current.Find("memory")!.MountPoint + _host.Parent).Should().BeFalse();
    }

    [V1Fact]
    public void A_cgroup_with_somebody_elses_processes_is_refused_and_they_live()
    {
        using ICgroup other = _host.New();
        other.Create();
        System.Diagnostics.Process process = _host.Join(other);
        using ICgroup cgroup = _host.New();
        Action create = cgroup.Create;
        create.Should().Throw<ContainerException>().WithMessage("*container's cgroup is not empty: 1 process(es) found*");
        cgroup.Kill();
        cgroup.Remove();
        process.HasExited.Should().BeFalse();
        Directory.Exists(Of(other, "pids")).Should().BeTrue();
        using ICgroup neverCreated = _host.New();
        neverCreated.Kill();
        neverCreated.Remove();
        process.HasExited.Should().BeFalse();
        other.Kill();
        other.Remove();
    }

    [V1Fact]
    public void Processes_that_keep_forking_are_killed()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources { Pids = new LinuxPids { Limit = 50 } });
        HostCgroups.Shell(cgroup, "for i in 1 2 3 4; do (while :; do sleep 0.01 & done) 2>/dev/null >/dev/null & done");
        cgroup.Kill();
        cgroup.Remove();
        Directory.Exists(Of(cgroup, "freezer")).Should().BeFalse();
    }

    [V1Fact]
    public void A_busy_cgroup_is_found_by_the_nested_processes_too()
    {
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        string nested = Of(cgroup, "freezer") + "/a/b";
        Directory.CreateDirectory(nested);
        System.Diagnostics.Process process = _host.Join(cgroup);
        File.WriteAllText(nested + "/cgroup.procs", process.Id.ToString());
        var pids = new List<int>();
        cgroup.Processes(pids);
        pids.Should().Equal(process.Id);
        cgroup.Kill();
        cgroup.Remove();
        Directory.Exists(Of(cgroup, "freezer")).Should().BeFalse();
    }

    private static string Of(ICgroup cgroup, string controller) =>
        cgroup.Paths.Single(path => path.Hierarchy.Split(',').Contains(controller)).Directory;

    private static string Read(ICgroup cgroup, string controller, string file) =>
        File.ReadAllText(Of(cgroup, controller) + "/" + file).Trim();
}
