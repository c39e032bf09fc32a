using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
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

    [Fact]
    public void Every_quota_and_period_can_be_read_back() => Prop.ForAll<long, ulong>((quota, period) =>
    {
        string[] words = CpuController.Max(quota, period).Split(' ');
        return words.Length == 2 && ulong.Parse(words[1]) == (period == 0 ? 100_000 : period)
            && (quota <= 0 ? words[0] == "max" : long.Parse(words[0]) == quota);
    }).QuickCheckThrowOnFailure();
}
