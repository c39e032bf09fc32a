using System;
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using OciRuntime.Container.Rootfs;
using Xunit;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Rootfs;

public class MountOptionsTests
{
    /// <summary>The table of config.md, "Linux mount options".</summary>
    private const string Specification =
        "async atime bind defaults dev diratime dirsync exec idmap iversion lazytime loud mand noatime nodev nodiratime noexec noiversion " +
        "nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime remount rexec " +
        "ridmap rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw rshared " +
        "rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime suid symfollow sync tmpcopyup unbindable";

    [Fact]
    public void NamesAreThoseOfTheSpecification() => MountOptions.Names.Should().Equal(Specification.Split(' '));

    [Fact]
    public void NamesAreSortedAndFound()
    {
        IReadOnlyList<string> names = MountOptions.Names;
        names.Should().Equal(names.Order(StringComparer.Ordinal)).And.OnlyHaveUniqueItems();
        names.Should().OnlyContain(name => MountOptions.Find(name) != null && MountOptions.Find(name)!.Value.Name == name);
        MountOptions.Find("size").Should().BeNull();
        MountOptions.Find("").Should().BeNull();
    }

    [Fact]
    public void FlagsAreSetAndCleared()
    {
        ParsedMountOptions options = Parse("nosuid", "nodev", "noexec", "ro", "exec", "suid", "nosuid");
        options.Set.Should().Be(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY);
        options.Clear.Should().Be(MOUNT_ATTR_NOEXEC);
        options.HasAttributes.Should().BeTrue();
        options.IsReadonly.Should().BeTrue();
        Parse("rbind", "rprivate", "defaults").HasAttributes.Should().BeFalse();
        Parse("rbind", "rw").HasAttributes.Should().BeTrue();
    }

    [Theory]
    [InlineData(new[] { "noatime" }, MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME)]
    [InlineData(new[] { "strictatime" }, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME)]
    [InlineData(new[] { "noatime", "strictatime" }, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME)]
    [InlineData(new[] { "noatime", "relatime" }, 0ul, MOUNT_ATTR__ATIME)]
    [InlineData(new[] { "noatime", "atime" }, 0ul, MOUNT_ATTR__ATIME)]
    [InlineData(new[] { "noatime", "nostrictatime" }, MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME)]
    [InlineData(new[] { "relatime", "norelatime" }, 0ul, 0ul)]
    [InlineData(new[] { "nodiratime", "noatime" }, MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME)]
    public void AccessTimeModesExcludeEachOther(string[] names, ulong set, ulong clear)
    {
        ParsedMountOptions options = Parse(names);
        options.Set.Should().Be(set);
        options.Clear.Should().Be(clear);
    }

    [Fact]
    public void RecursiveFlagsAreApart()
    {
        ParsedMountOptions options = Parse("rbind", "rro", "rnosuid", "rrw", "rnoatime", "rdev");
        options.Bind.Should().BeTrue();
        options.Recursive.Should().BeTrue();
        options.Set.Should().Be(0);
        options.RecursiveSet.Should().Be(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOATIME);
        options.RecursiveClear.Should().Be(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR__ATIME);
    }

    [Fact]
    public void PropagationKeepsItsOrder() =>
        Parse("rslave", "shared").Propagation.Select(p => (p.Flag, p.Recursive)).Should().Equal((MS_SLAVE, true), (MS_SHARED, false));

    [Fact]
    public void OtherOptionsAreTheFileSystems()
    {
        ParsedMountOptions options = Parse("mode=755", "size=64k", "newinstance", "lowerdir=/a:/b,upperdir=/c=d", "sync");
        options.Parameters.Select(p => p.ToString()).Should().Equal("mode=755", "size=64k", "newinstance", "lowerdir=/a:/b", "upperdir=/c=d");
        options.SuperBlock.Should().Be(MS_SYNCHRONOUS);
        options.HasParameter("mode").Should().BeTrue();
        options.HasParameter("size=64k").Should().BeFalse();
        options.NeedsMountCall.Should().BeFalse();
    }

    [Fact]
    public void SomeNeedTheOldSystemCall()
    {
        Parse("iversion").NeedsMountCall.Should().BeTrue();
        Parse("iversion", "noiversion").NeedsMountCall.Should().BeFalse();
        Parse("lowerdir=" + new string('x', 256)).NeedsMountCall.Should().BeTrue();
        Parse("lowerdir=" + new string('x', 255)).NeedsMountCall.Should().BeFalse();
    }

    private static ParsedMountOptions Parse(params string[] names) => ParsedMountOptions.Parse(names);
}
