using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config-linux.md, "Network Devices". The host is a network namespace of the test's own.</summary>
[Trait("Lane", "Integration")]
public sealed class NetDevicesTests : ContainerTest
{
    private const string RuncHasIt = "since runc 1.4";

    private const string Show = "ip -o link show | grep -v ' lo:' | sed 's/^[0-9]*: //; s/@.*<.*[<,]UP[,>].*/ up/; s/@.* state.*/ down/'";

    [OcirunFact(RuncHasIt)]
    public void Device_is_moved_and_set_up() =>
        Run("ip link add a0 type veth peer name peer0", """{"a0":{}}""", Show).Should().Equal("a0 up");

    [OcirunFact(RuncHasIt)]
    public void Device_is_renamed() =>
        Run("ip link add a0 type veth peer name peer0", """{"a0":{"name":"eth0"}}""", Show).Should().Equal("eth0 up");

    [OcirunFact(RuncHasIt)]
    public void Template_gets_the_first_free_number() =>
        Run("ip link add a0 type veth peer name b0", """{"a0":{"name":"net%d"},"b0":{"name":"net%d"}}""", Show)
            .Should().BeEquivalentTo("net0 up", "net1 up");

    [OcirunFact(RuncHasIt)]
    public void User_namespace_gets_its_device()
    {
        Container container = NewContainer();
        container.Bundle.WithUserNamespace();
        Run("ip link add a0 type veth peer name peer0", """{"a0":{"name":"eth0"}}""", Show, container).Should().Equal("eth0 up");
    }

    [OcirunFact(RuncHasIt)]
    public void Permanent_global_addresses_are_kept()
    {
        string[] lines = Run(
            """
            ip link add a0 type veth peer name peer0; ip link set a0 up; ip link set peer0 up
            ip addr add 192.0.2.5/24 broadcast 192.0.2.255 dev a0; ip addr add 192.0.2.6/24 dev a0; ip addr add 198.51.100.1 peer 198.51.100.2 dev a0
            ip addr add 10.1.1.1/24 scope link dev a0; ip addr add 10.2.2.2/24 dev a0 valid_lft 1000 preferred_lft 1000
            ip addr add 2001:db8::5/64 dev a0 nodad; ip addr add 2001:db8:1::5/64 dev a0 nodad valid_lft 1000 preferred_lft 1000
            """,
            """{"a0":{"name":"eth0"}}""",
            "ip -o addr show dev eth0 | sed 's/^[0-9]*: eth0 *//; s/ scope.*//; s/  *$//'");
        lines.Should().Contain(["inet 192.0.2.5/24 brd 192.0.2.255", "inet 192.0.2.6/24", "inet 198.51.100.1 peer 198.51.100.2/32", "inet6 2001:db8::5/64"])
            .And.NotContain(line => line.Contains("10.") || line.Contains("2001:db8:1:"));
    }

    [OcirunFact(RuncHasIt)]
    public void Device_that_is_not_there_is_an_error()
    {
        Container container = NewContainer("""{"linux":{"netDevices":{"no-such-dev":{}}}}""");
        container.Create().FailsWith("no such device; the device has to be in the runtime's network namespace");
        NothingIsLeft();
    }

    [OcirunFact(RuncHasIt)]
    public void Name_that_is_taken_is_an_error_and_the_device_stays()
    {
        Container container = NewContainer();
        Start("ip link add a0 type veth peer name peer0; ip link set a0 up", """{"a0":{"name":"lo"}}""", "true", container, "; ip -o link show dev a0 | grep -o '[<,]UP[,>]'")
            .Stdout.Should().Contain("UP");
        NothingIsLeft();
    }

    [OcirunFact(RuncHasIt)]
    public void Device_that_cannot_be_moved_is_an_error_and_stays_up()
    {
        Container container = NewContainer();
        CommandResult result = Start("ip link set lo up", """{"lo":{"name":"lo9"}}""", "true", container, "; ip -o link show dev lo | grep -o '[<,]UP[,>]'");
        result.Stderr.Should().Contain("netlink(RTM_NEWLINK): invalid argument; devices such as lo");
        result.Stdout.Should().Contain("UP");
        NothingIsLeft();
    }

    private string[] Run(string host, string devices, string script, Container? container = null) =>
        Start(host, devices, script, container ?? NewContainer(), "").Succeeds().Lines;

    private CommandResult Start(string host, string devices, string script, Container container, string after)
    {
        container.Bundle.Patch($$"""{"linux":{"netDevices":{{devices}} } }""");
        container.Bundle.Script(script);
        container.Bundle.Write();
        return Command.Run("unshare", ["-n", "sh", "-c",
            $"set -e; {host}\nset +e; {container.Runtime.Path} --root {Root} run --bundle {container.Bundle.Directory} {container.Id}{after}"]);
    }
}
