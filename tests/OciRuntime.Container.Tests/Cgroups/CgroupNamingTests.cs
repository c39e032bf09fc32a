using System;
using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

public class CgroupNamingTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("//a/./b/", "/a/b")]
    [InlineData("a//b", "a/b")]
    public void Empty_and_dot_components_vanish(string path, string expected) =>
        CgroupNaming.Clean(path).Should().Be(expected);

    [Theory]
    [InlineData("/..")]
    [InlineData("a/../b")]
    [InlineData("../../etc")]
    [InlineData("/")]
    [InlineData("./.")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void A_path_that_leads_elsewhere_or_nowhere_is_refused(string path)
    {
        Action clean = () => CgroupNaming.Clean(path);
        clean.Should().Throw<ContainerException>().WithMessage("linux.cgroupsPath*");
    }

    [Theory]
    [InlineData("4:memory:/a/b", "memory", "/a/b")]
    [InlineData("0::/", "", "/")]
    [InlineData("1:name=systemd:/a:b", "name=systemd", "/a:b")]
    [InlineData("0::/../x", "", "/")]
    public void A_line_of_proc_self_cgroup_is_split_at_its_first_two_colons(string line, string controllers, string path)
    {
        CgroupLayout.TrySplit(line, out string actualControllers, out string actualPath).Should().BeTrue();
        actualControllers.Should().Be(controllers);
        actualPath.Should().Be(path);
    }

    [Fact]
    public void A_partly_mounted_hierarchy_hides_the_part_of_the_path_above_it()
    {
        const string MountInfo = """
            30 25 0:26 / /proc rw - proc proc rw
            33 32 0:29 /docker/abc /my/cgroups/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct
            34 32 0:30 / /my/cgroups/mem\040ory rw - cgroup cgroup rw,memory
            """;
        CgroupMounts mounts = CgroupMounts.Parse(MountInfo);
        mounts.Find("cpu,cpuacct", "/docker/abc/x").Should().Be(new CgroupHierarchy("cpu,cpuacct", "/my/cgroups/cpu,cpuacct", "/x"));
        mounts.Find("cpu,cpuacct", "/docker/abc").Should().Be(new CgroupHierarchy("cpu,cpuacct", "/my/cgroups/cpu,cpuacct", "/"));
        mounts.Find("cpu,cpuacct", "/docker/abcd").Should().Be(new CgroupHierarchy("cpu,cpuacct", "/my/cgroups/cpu,cpuacct", "/"));
        mounts.Find("memory", "/x").Should().Be(new CgroupHierarchy("memory", "/my/cgroups/mem ory", "/x"));
        mounts.Find("pids", "/x").Should().BeNull();
    }
}
