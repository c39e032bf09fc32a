using FluentAssertions;
using OciRuntime.Container.Cgroups;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

public class CgroupHierarchyTests
{
    [Theory]
    [InlineData("cpu,cpuacct", "cpu", true)]
    [InlineData("cpu,cpuacct", "cpuacct", true)]
    [InlineData("cpuacct", "cpu", false)]
    [InlineData("cpuset", "cpu", false)]
    [InlineData("name=systemd", "name=systemd", true)]
    [InlineData("", "cpu", false)]
    public void A_controller_is_found_by_its_whole_name(string controllers, string controller, bool expected) =>
        new CgroupHierarchy(controllers, "/sys/fs/cgroup/x", "/").Has(controller).Should().Be(expected);
}
