using System;
using FluentAssertions;
using Xunit;

namespace OciRuntime.Spec.Tests;

public sealed class ValuesTests
{
    [Theory]
    [InlineData("1.0.0")]
    [InlineData("1.0.0-rc5")]
    [InlineData("1.0.2-dev")]
    [InlineData("1.2.0+dev")]
    [InlineData("1.1.0-rc.1+001")]
    [InlineData("1.3.0")]
    [InlineData("1.3.99")]
    [InlineData("1.3.0-x-y.7--")]
    public void These_versions_are_accepted(string version) => SpecVersion.Validate(version).Should().BeNull();

    [Theory]
    [InlineData("0.5.0-dev")]
    [InlineData("1.4.0")]
    [InlineData("1.4.0-dev")]
    [InlineData("2.0.0")]
    [InlineData("11.0.0")]
    public void These_versions_are_not_supported(string version) => SpecVersion.Validate(version).Should().Contain("is not supported");

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.0")]
    [InlineData("1.0.0.0")]
    [InlineData("v1.0.0")]
    [InlineData(" 1.0.0")]
    [InlineData("1.0.0\n")]
    [InlineData("01.0.0")]
    [InlineData("1.00.0")]
    [InlineData("1.0.0-")]
    [InlineData("1.0.0+")]
    [InlineData("1.0.0-01")]
    [InlineData("1.0.0-a..b")]
    [InlineData("1.0.0-ä")]
    [InlineData("1.0.0+a+b")]
    [InlineData("1.-1.0")]
    [InlineData("1.0.12345678901")]
    [InlineData("1.0.０")]
    public void These_are_not_semver(string version) => SpecVersion.Validate(version).Should().Contain("is not a SemVer version");

    [Theory]
    [InlineData("a")]
    [InlineData("a.b-c_d+e0Z")]
    [InlineData("...")]
    [InlineData("-rf")]
    public void These_ids_are_valid(string id) => FluentActions.Invoking(() => ContainerId.Validate(id)).Should().NotThrow();

    [Theory]
    [InlineData("", "container id cannot be empty")]
    [InlineData(".", "invalid container ID format")]
    [InlineData("..", "invalid container ID format")]
    [InlineData("a/b", "invalid container ID format")]
    [InlineData("../a", "invalid container ID format")]
    [InlineData("a b", "invalid container ID format")]
    [InlineData("a\n", "invalid container ID format")]
    [InlineData("é", "invalid container ID format")]
    [InlineData("a\0", "invalid container ID format")]
    [InlineData("a:b", "invalid container ID format")]
    public void Errors_of_ids_are_runc_s(string id, string message) =>
        FluentActions.Invoking(() => ContainerId.Validate(id)).Should().Throw<SpecException>().WithMessage(message);

    [Theory]
    [InlineData("net.ipv4.conf.eth0/1.rp_filter", "net/ipv4/conf/eth0.1/rp_filter")]
    [InlineData("net/ipv4/conf/eth0.1/rp_filter", "net/ipv4/conf/eth0.1/rp_filter")]
    [InlineData("kernel.sem", "kernel/sem")]
    [InlineData("a/./b", null)]
    [InlineData("a.//.b", null)]
    [InlineData("a./.b", null)]
    [InlineData("a..b", null)]
    [InlineData(".a", null)]
    [InlineData("a/", null)]
    [InlineData("a", null)]
    public void A_sysctl_s_file(string name, string? path) => SysctlName.ToPath(name).Should().Be(path);

    [Theory]
    [InlineData("RLIMIT_CPU", 0)]
    [InlineData("RLIMIT_NOFILE", 7)]
    [InlineData("RLIMIT_RTTIME", 15)]
    [InlineData("NOFILE", -1)]
    [InlineData("rlimit_nofile", -1)]
    public void An_rlimit_s_number(string name, int number) => RlimitType.Number(name).Should().Be(number);

    [Theory]
    [InlineData("", 0UL)]
    [InlineData("0-3,7", 0x8fUL)]
    [InlineData(" 2 , 63,1-1,\n", 0x8000000000000006UL)]
    [InlineData("0-9:2/4", 0x333UL)]
    [InlineData("65,1", 2UL, 2UL)]
    public void A_list_s_mask(string list, params ulong[] mask) => NumberList.ToMask(list).Should().Equal(mask);

    [Fact]
    public void Long_values_are_cut_in_messages() =>
        JsonPath.Quote(new string('a', 5000)).Should().Be("\"" + new string('a', 128) + "…\"");
}
