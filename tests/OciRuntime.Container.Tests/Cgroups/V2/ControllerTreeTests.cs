using FluentAssertions;
using OciRuntime.Container.Cgroups.V2;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.V2;

public class ControllerTreeTests
{
    [Theory]
    [InlineData("cpuset cpu io memory", "cpu memory", "+cpuset +io")]
    [InlineData("cpu memory", "memory cpu", "")]
    [InlineData("cpu", "cpuset", "+cpu")]
    [InlineData("", "", "")]
    public void What_a_cgroup_lacks_is_what_is_enabled(string wanted, string present, string expected) =>
        ControllerTree.Missing(wanted, present).Should().Be(expected);

    [Theory]
    [InlineData(50_000, 100_000, "50000 100000")]
    [InlineData(50_000, 0, "50000 100000")]
    [InlineData(-1, 200_000, "max 200000")]
    [InlineData(0, 200_000, "max 200000")]
    public void Quota_and_period_are_one_value(long quota, ulong period, string expected) =>
        CpuController.Max(quota, period).Should().Be(expected);
}
