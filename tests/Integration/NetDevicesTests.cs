using System.Linq;
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

    /// <summary>Two devices of the host, one with addresses, and what shows both.</summary>
    private const string
        Pair = "ip link add a0 type veth peer name peer0; ip link set a0 up; ip addr add 192.0.2.5/24 dev a0; ip addr add 2001:db8::5/64 dev a0 nodad",
        ShowPair = "; ip -o addr show dev a0; ip -o link show dev a0; ip -o link show dev peer0";

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
    public void Attributes_are_kept()
    {
        static string Show(string device) => $"for f in mtu address tx_queue_len ifalias netdev_group; do cat /sys/class/net/{device}/$f; done";
        string[] attributes = ["1432", "02:00:00:00:00:77", "77", "an alias", "7"];
        Run($"ip link add a0 type veth peer name peer0; ip link set a0 mtu 1432 address {attributes[1]} txqueuelen 77 alias '{attributes[3]}' group 7", """{"a0":{"name":"eth0"}}""", Show("eth0"))
            .Should().Equal(attributes);
    }

    // The first of the addresses that are equally good is the source of what is sent.
    [OcirunFact(RuncHasIt)]
    public void Addresses_keep_their_order()
    {
        static string Show(string device) => $"ip -o addr show dev {device} scope global | grep -o 'inet6* [^ ]*'";
        string[] lines = Start(
            $"ip link add a0 type veth peer name peer0; ip link set a0 up; for n in 3 1 2; do ip addr add 192.0.2.$n/24 dev a0; ip addr add 2001:db8::$n/64 dev a0 nodad; done; {Show("a0")}",
            """{"a0":{"name":"eth0"}}""", Show("eth0").Replace(" scope global", ""), NewContainer(), "").Succeeds().Lines;
        lines.Where(line => !line.Contains("fe80:")).Should().HaveCount(12);
        lines[6..].Where(line => !line.Contains("fe80:")).Should().Equal(lines[..6]);
    }

    [OcirunFact(RuncHasIt)]
    public void What_the_container_does_with_a_device_stays_and_so_does_the_device()
    {
        Container container = NewContainer();
        foreach (string set in new[] { "bounding", "effective", "permitted" })
            container.Bundle.Append("process.capabilities." + set, "\"CAP_NET_ADMIN\"");
        string joined = container.Bundle.Directory + "/net", ocirun = $"{container.Runtime.Path} --root {Root}";
        container.Bundle.WithNamespace("network", joined);
        container.Bundle.Script("ip addr del 192.0.2.5/24 dev eth0; ip link set eth0 down; : >/run/done; exec sleep 1000");
        container.Bundle.Append("mounts", """{"destination":"/run","type":"tmpfs","source":"tmpfs"}""").Patch("""{"linux":{"netDevices":{"a0":{"name":"eth0"} } } }""").Write();
        CommandResult result = Command.Run("unshare", "-n", "sh", "-c", $"""
            set -e
            unshare -n sleep 1000 & other=$!
            trap 'kill $other' EXIT
            while [ /proc/$other/ns/net -ef /proc/self/ns/net ]; do :; done
            ln -s /proc/$other/ns/net {joined}
            {Pair}
            {ocirun} run --detach --bundle {container.Bundle.Directory} {container.Id} >/dev/null 2>&1 </dev/null
            {ocirun} exec {container.Id} sh -c 'until [ -e /run/done ]; do sleep 0.01; done'
            {ocirun} update --pids-limit 100 {container.Id}
            {ocirun} pause {container.Id}
            {ocirun} resume {container.Id}
            {ocirun} exec {container.Id} cat /sys/class/net/eth0/flags
            {ocirun} delete --force {container.Id}
            nsenter --net={joined} ip -o link show dev eth0
            nsenter --net={joined} ip -o addr show dev eth0
            """).Succeeds();
        result.Lines[0].Should().Be("0x1002");
        result.Lines[1].Should().Contain(" eth0@").And.NotMatchRegex("[<,]UP[,>]");
        result.Stdout.Should().NotContain("192.0.2.5");
        NothingIsLeft();
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

    [OcirunTheory(RuncHasIt)]
    [InlineData("""{"a0":{"name":"eth0"},"no-such-dev":{}}""", "no such device")]
    [InlineData("""{"a0":{"name":"eth0"},"lo":{"name":"lo9"}}""", "netlink(RTM_NEWLINK): invalid argument")]
    [InlineData("""{"peer0":{"name":"eth%d"},"lo":{"name":"lo9"},"a0":{"name":"eth0"}}""", "netlink(RTM_NEWLINK): invalid argument")]
    public void All_devices_are_moved_or_none(string devices, string error)
    {
        CommandResult result = Start(Pair, devices, "true", NewContainer(), ShowPair);
        result.Stderr.Should().Contain(error);
        IsAsBefore(result);
    }

    [OcirunTheory("runc leaves them to the kernel, which destroys them")]
    [InlineData("""{"mounts":[{"destination":"/mnt","source":"/no/such/source","options":["bind"]}]}""", "no such file or directory")]
    [InlineData("""{"process":{"args":["/no/such/program"]}}""", "no such file or directory")]
    [InlineData("""{"hooks":{"createRuntime":[{"path":"/bin/false"}]}}""", "error running createRuntime hook #0")]
    [InlineData("""{"hooks":{"startContainer":[{"path":"/bin/false"}]}}""", "error running startContainer hook #0")]
    public void Container_that_cannot_be_made_gives_its_devices_back(string patch, string error)
    {
        Container container = NewContainer();
        container.Bundle.Script("true");
        container.Bundle.Patch(patch);
        CommandResult result = Start(Pair, """{"a0":{"name":"eth0"},"peer0":{"name":"net%d"}}""", container, ShowPair);
        result.Stderr.Should().Contain(error).And.NotContain("clean up");
        IsAsBefore(result);
    }

    // A process of that namespace may have put another device in the place of one: it would get the host's addresses.
    [OcirunFact(RuncHasIt)]
    public void Devices_in_a_namespace_that_was_joined_stay_there()
    {
        Container container = NewContainer();
        string joined = container.Bundle.Directory + "/net";
        container.Bundle.Script("true");
        container.Bundle.WithNamespace("network", joined);
        container.Bundle.Patch("""{"process":{"args":["/no/such/program"]}}""");
        string host = $"unshare -n sleep 1000 & while [ /proc/$!/ns/net -ef /proc/self/ns/net ]; do :; done; ln -s /proc/$!/ns/net {joined}; ip link add a0 type veth peer name peer0";
        CommandResult result = Start(host, """{"a0":{"name":"eth0"}}""", container, $"; ip -o link show dev peer0; nsenter --net={joined} ip -o link show dev eth0; kill $!");
        result.Stderr.Should().Contain("no such file or directory").And.Contain("network device a0 has been moved, and stays in the network namespace that was joined");
        result.Stdout.Should().Contain(" peer0@").And.Contain(" eth0@");
        NothingIsLeft();
    }

    [OcirunFact(RuncHasIt)]
    public void Template_takes_a_name_that_the_others_leave() =>
        Run("ip link add a0 type veth peer name b0", """{"a0":{"name":"net%d"},"b0":{"name":"net0"}}""", Show)
            .Should().BeEquivalentTo("net0 up", "net1 up");

    [OcirunFact(RuncHasIt)]
    public void Template_without_a_free_number_is_an_error()
    {
        // With two digits the name would have more than 15 bytes.
        const string make = "for i in 0 1 2 3 4 5; do ip link add a$i type veth peer name b$i; done";
        string devices = string.Join(',', Enumerable.Range(0, 11).Select(i => $$"""
            "{{"ab"[i % 2]}}{{i / 2}}":{"name":"fourteen-bytes%d"}
            """));
        CommandResult result = Start(make, $"{{{devices}}}", "true", NewContainer(), "; ip -o link show | grep -c '[ab][0-5]@'");
        result.Stderr.Should().Contain("every name of \\\"fourteen-bytes%d\\\" is taken").And.NotContain("clean up");
        result.Lines.Should().Equal("12");
        NothingIsLeft();
    }

    private void IsAsBefore(CommandResult pair)
    {
        pair.Stdout.Should().Contain("inet 192.0.2.5/24").And.Contain("inet6 2001:db8::5/64").And.Contain(" peer0@").And.MatchRegex("a0@.*[<,]UP[,>]");
        NothingIsLeft();
    }

    private string[] Run(string host, string devices, string script, Container? container = null) =>
        Start(host, devices, script, container ?? NewContainer(), "").Succeeds().Lines;

    private CommandResult Start(string host, string devices, string script, Container container, string after)
    {
        container.Bundle.Script(script);
        return Start(host, devices, container, after);
    }

    private CommandResult Start(string host, string devices, Container container, string after)
    {
        container.Bundle.Patch($$"""{"linux":{"netDevices":{{devices}} } }""");
        container.Bundle.Write();
        return Command.Run("unshare", ["-n", "sh", "-c",
            $"set -e; {host}\nset +e; {container.Runtime.Path} --root {Root} run --bundle {container.Bundle.Directory} {container.Id}{after}"]);
    }
}
