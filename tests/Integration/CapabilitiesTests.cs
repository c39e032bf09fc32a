using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, process.capabilities: the five sets, read from inside.</summary>
[Trait("Lane", "Integration")]
public sealed class CapabilitiesTests : ContainerTest
{
    private const string ReadSets = "grep ^Cap /proc/self/status";

    [Fact]
    public void Every_set_is_the_configs()
    {
        // CAP_CHOWN is 0, CAP_KILL 5, CAP_NET_BIND_SERVICE 10, CAP_SYS_CHROOT 18.
        const string patch = """
            {"process":{"capabilities":{
              "bounding":["CAP_CHOWN","CAP_KILL","CAP_NET_BIND_SERVICE","CAP_SYS_CHROOT"],
              "effective":["CAP_KILL","CAP_CHOWN"],
              "permitted":["CAP_CHOWN","CAP_KILL","CAP_NET_BIND_SERVICE"],
              "inheritable":["CAP_NET_BIND_SERVICE"],
              "ambient":["CAP_NET_BIND_SERVICE"]}},"root":{"readonly":false}}
            """;
        RunScript(ReadSets, patch).Lines.Should().BeEquivalentTo(
            "CapBnd:\t0000000000040421",
            // Root's execve would raise these two to the bounding set; noNewPrivileges keeps what was permitted.
            "CapPrm:\t0000000000000421",
            "CapEff:\t0000000000000421",
            "CapInh:\t0000000000000400",
            "CapAmb:\t0000000000000400");
    }

    [Fact]
    public void Another_user_keeps_only_the_ambient_set_across_execve()
    {
        const string patch = """
            {"process":{"user":{"uid":1000,"gid":1000},"capabilities":{
              "bounding":["CAP_CHOWN","CAP_KILL"],"effective":["CAP_CHOWN","CAP_KILL"],"permitted":["CAP_CHOWN","CAP_KILL"],
              "inheritable":["CAP_KILL"],"ambient":["CAP_KILL"]}}}
            """;
        RunScript(ReadSets, patch).Lines.Should().BeEquivalentTo(
            "CapInh:\t0000000000000020",
            "CapPrm:\t0000000000000020",
            "CapEff:\t0000000000000020",
            "CapBnd:\t0000000000000021",
            "CapAmb:\t0000000000000020");
    }

    [Fact]
    public void No_capabilities_at_all()
    {
        const string patch = """{"process":{"capabilities":{"bounding":null,"effective":null,"permitted":null,"inheritable":null,"ambient":null}}}""";
        RunScript(ReadSets, patch).Lines.Should().OnlyContain(line => line.EndsWith("\t0000000000000000"));
    }

    [OcirunTheory("runc 1.1.5 is refused by the kernel, or says nothing")]
    [InlineData("effective", "bounding inheritable", "effective", "0000000000000020 0000000000000000 0000000000000000 0000000000000020 0000000000000000")]
    [InlineData("inheritable", "effective permitted", "inheritable", "0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000")]
    [InlineData("ambient", "bounding effective permitted", "ambient", "0000000000000000 0000000000000020 0000000000000020 0000000000000020 0000000000000000")]
    [InlineData("ambient", "bounding inheritable", "ambient", "0000000000000020 0000000000000000 0000000000000000 0000000000000020 0000000000000000")]
    public void What_the_kernel_does_not_grant_is_a_warning_and_no_error(string set, string others, string warned, string shown)
    {
        Container container = NewContainer();
        foreach (string name in new[] { "bounding", "effective", "inheritable", "permitted", "ambient" })
            container.Bundle.Config["process"]!["capabilities"]![name] = name == set || others.Split(' ').Contains(name) ? new JsonArray("CAP_KILL") : new JsonArray();
        CommandResult result = container.RunScript(ReadSets);
        string.Join(' ', result.Lines.Select(line => line.Split('\t')[1])).Should().Be(shown);
        result.Stderr.Split('\n').Should().ContainSingle(line => line.Contains("warning")).Which.Should().Contain($"ignoring {warned} capabilities").And.Contain("[CAP_KILL]");
    }

    [Fact]
    public void Unknown_capability_is_a_warning_and_the_others_are_set()
    {
        Container container = NewContainer("""{"process":{"capabilities":{"bounding":["CAP_KILL","CAP_TIME_TRAVEL"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"],"ambient":[]}}}""");
        CommandResult result = container.RunScript(ReadSets);
        result.Lines.Should().Contain("CapBnd:\t0000000000000020");
        result.Stderr.Should().Contain("CAP_TIME_TRAVEL");
        result.Stderr.Split('\n').Count(line => line.Contains("warning")).Should().Be(1);
    }
}
