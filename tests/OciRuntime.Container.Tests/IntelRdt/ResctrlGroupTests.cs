using System;
using System.IO;
using FluentAssertions;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.IntelRdt;

/// <summary>config-linux.md, "IntelRdt", on directories in the place of a resctrl file system.</summary>
public sealed class ResctrlGroupTests : IDisposable
{
    private const string Id = "container";

    private readonly string _root = Directory.CreateTempSubdirectory("resctrl-").FullName;

    public ResctrlGroupTests()
    {
        Directory.CreateDirectory(_root + "/info/MB");
        File.WriteAllText(_root + "/info/MB/bandwidth_gran", "10\n");
        File.WriteAllText(_root + "/schemata", "    L3:0=fffff;1=fffff\n    MB:0=100;1=100\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private ResctrlGroup Group(LinuxIntelRdt config) => ResctrlGroup.ForNew(config, Id, _root)!;

    private void Class(string name, string schemata)
    {
        Directory.CreateDirectory($"{_root}/{name}");
        File.WriteAllText($"{_root}/{name}/schemata", schemata);
    }

    [Fact]
    public void Without_the_property_nothing_is_looked_for() => ResctrlGroup.ForNew(null, Id).Should().BeNull();

    [Fact]
    public void Without_a_closID_the_class_is_the_containers_and_goes_with_it()
    {
        ResctrlGroup group = Group(new LinuxIntelRdt());
        group.Create();
        group.Directory.Should().Be($"{_root}/{Id}");
        group.Lasts.Should().BeFalse();
        Directory.GetFileSystemEntries(group.Directory).Should().BeEmpty("no schemata are written unasked");
        ResctrlGroup.Remove(group.Directory, group.MonitoringDirectory);
        Directory.Exists(group.Directory).Should().BeFalse();
    }

    [Fact]
    public void A_class_that_was_there_stays()
    {
        Class(Id, "");
        Group(new LinuxIntelRdt()).Lasts.Should().BeTrue();
    }

    [Fact]
    public void A_closID_without_schemata_must_be_there()
    {
        FluentActions.Invoking(() => Group(new LinuxIntelRdt { ClosID = "gold" })).Should().Throw<ContainerException>()
            .WithMessage("linux.intelRdt.closID: there is no class \"gold\"*");
        Class("gold", "L3:0=f\n");
        ResctrlGroup group = Group(new LinuxIntelRdt { ClosID = "gold" });
        group.Create();
        group.Lasts.Should().BeTrue();
        File.ReadAllText($"{_root}/gold/schemata").Should().Be("L3:0=f\n");
    }

    [Fact]
    public void The_default_class_is_the_root() => Group(new LinuxIntelRdt { ClosID = "/" }).Directory.Should().Be(_root);

    [Fact]
    public void Schemata_are_written_in_the_specifications_order()
    {
        ResctrlGroup group = Group(new LinuxIntelRdt { ClosID = "gold", Schemata = ["L2:0=3", "L3:1=7"], MemBwSchema = "MB:0=20", L3CacheSchema = "L3:0=f" });
        group.Create();
        File.ReadAllText($"{_root}/gold/schemata").Should().Be("L3:0=f\nMB:0=20\nL2:0=3\nL3:1=7\n");
        group.Lasts.Should().BeTrue();
    }

    [Theory]
    [InlineData("L3:0=f", null)]
    [InlineData(null, "MB:0=20")]
    public void A_single_schema_is_written(string? l3, string? mb)
    {
        Group(new LinuxIntelRdt { ClosID = "gold", L3CacheSchema = l3, MemBwSchema = mb }).Create();
        File.ReadAllText($"{_root}/gold/schemata").Should().Be($"{l3 ?? mb}\n");
    }

    [Theory]
    [InlineData("L3:0=ff;1=3", "MB:0=20;1=100")]
    [InlineData("L3:1=003", null)]
    [InlineData("L3:0=00FF", "MB:0=20")]
    [InlineData(null, "MB:0=15")]
    public void An_existing_class_that_has_the_schemata_is_used(string? l3, string? mb)
    {
        Class("gold", "    L3:0=ff;1=3\n    MB:0=20;1=100\n");
        Group(new LinuxIntelRdt { ClosID = "gold", L3CacheSchema = l3, MemBwSchema = mb }).Create();
    }

    [Theory]
    [InlineData("L3:0=fe", null, "l3CacheSchema")]
    [InlineData("L3:2=ff", null, "l3CacheSchema")]
    [InlineData("L3CODE:0=ff", null, "l3CacheSchema")]
    [InlineData("ff", null, "l3CacheSchema")]
    [InlineData("L3:0=ff", "MB:0=30", "memBwSchema")]
    [InlineData(null, "MB:0=21", "memBwSchema")]
    public void An_existing_class_that_has_others_is_an_error(string? l3, string? mb, string property)
    {
        Class("gold", "    L3:0=ff;1=3\n    MB:0=20;1=100\n");
        FluentActions.Invoking(() => Group(new LinuxIntelRdt { ClosID = "gold", L3CacheSchema = l3, MemBwSchema = mb }))
            .Should().Throw<ContainerException>().WithMessage($"linux.intelRdt.{property}: *is not what the class \"gold\" has already*");
        File.ReadAllText($"{_root}/gold/schemata").Should().Be("    L3:0=ff;1=3\n    MB:0=20;1=100\n");
    }

    [Fact]
    public void Monitoring_has_a_group_of_the_containers_name()
    {
        Class("gold", "");
        Directory.CreateDirectory($"{_root}/gold/mon_groups");
        ResctrlGroup group = Group(new LinuxIntelRdt { ClosID = "gold", EnableMonitoring = true });
        group.Create();
        group.MonitoringDirectory.Should().Be($"{_root}/gold/mon_groups/{Id}");
        ResctrlGroup.Join(group.Directory, group.MonitoringDirectory, 123);
        ResctrlGroup.Join(group.Directory, group.MonitoringDirectory, 456);
        File.ReadAllText($"{_root}/gold/tasks").Should().Be("123\n456\n");
        File.ReadAllText(group.MonitoringDirectory + "/tasks").Should().Be("123\n456\n");
    }

    [Fact]
    public void A_monitoring_group_that_cannot_be_made_is_an_error_and_the_class_is_undone()
    {
        File.WriteAllText(_root + "/info/last_cmd_status", "Out of RMIDs\n");
        ResctrlGroup group = Group(new LinuxIntelRdt { EnableMonitoring = true });
        FluentActions.Invoking(group.Create).Should().Throw<ContainerException>().WithMessage("*linux.intelRdt.enableMonitoring*the kernel says: Out of RMIDs");
        group.Undo();
        Directory.Exists(group.Directory).Should().BeFalse();
    }

    [Fact]
    public void A_failure_has_the_kernels_own_words()
    {
        Directory.CreateDirectory($"{_root}/gold/schemata");
        File.WriteAllText(_root + "/info/last_cmd_status", "Mask 0x0 out of range\n");
        FluentActions.Invoking(() => Group(new LinuxIntelRdt { ClosID = "gold", Schemata = ["L3:0=0"] }).Create())
            .Should().Throw<ContainerException>().WithMessage("set linux.intelRdt*is a directory; the kernel says: Mask 0x0 out of range");
    }

    [Fact]
    public void An_update_that_is_not_kept_is_taken_back()
    {
        Class("gold", "    L3:0=ff\n    MB:0=20\n");
        using (SchemataUpdate.Write(_root, _root + "/gold", [("--l3-cache-schema", "L3:0=f")]))
        {
        }

        File.ReadAllText(_root + "/gold/schemata").Should().Be("L3:0=ff\nMB:0=20\n");
    }
}
