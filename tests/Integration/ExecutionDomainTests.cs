using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config-linux.md, "Personality" and "Memory policy".</summary>
[Trait("Lane", "Integration")]
public sealed class ExecutionDomainTests : ContainerTest
{
    private const string RuncHasIt = "since runc 1.2 or later";

    [OcirunFact(RuncHasIt)]
    public void Personality_holds_for_every_process()
    {
        Container container = Running("""{"linux":{"personality":{"domain":"LINUX32"}}}""");
        container.Command("exec", container.Id, "uname", "-m").Succeeds().Stdout.Should().Be("i686\n");
        container.Command("exec", container.Id, "cat", "/proc/1/personality").Succeeds().Stdout.Should().Be("00000008\n");
    }

    [OcirunFact(RuncHasIt)]
    public void Personality_LINUX_undoes_the_callers()
    {
        Container container = NewContainer("""{"linux":{"personality":{"domain":"LINUX"}}}""");
        container.Bundle.Args("cat", "/proc/self/personality");
        container.Bundle.Write();
        Command.Run("setarch", ["linux32", "--addr-no-randomize", .. container.Words()])
            .Succeeds().Stdout.Should().Be("00000000\n");
    }

    [OcirunTheory(RuncHasIt)]
    [InlineData("""{"mode":"MPOL_DEFAULT"}""", "default")]
    [InlineData("""{"mode":"MPOL_LOCAL"}""", "local")]
    [InlineData("""{"mode":"MPOL_PREFERRED","nodes":"0"}""", "prefer:0")]
    [InlineData("""{"mode":"MPOL_PREFERRED"}""", "local")]
    [InlineData("""{"mode":"MPOL_PREFERRED_MANY","nodes":"0"}""", "prefer (many):0")]
    [InlineData("""{"mode":"MPOL_BIND","nodes":"0","flags":["MPOL_F_STATIC_NODES"]}""", "bind=static:0")]
    [InlineData("""{"mode":"MPOL_BIND","nodes":"0","flags":["MPOL_F_NUMA_BALANCING"]}""", "bind=balancing:0")]
    [InlineData("""{"mode":"MPOL_INTERLEAVE","nodes":"0-1023","flags":["MPOL_F_RELATIVE_NODES"]}""", "interleave=relative:0")]
    [InlineData("""{"mode":"MPOL_WEIGHTED_INTERLEAVE","nodes":"0"}""", "weighted interleave:0")]
    public void Memory_policy_holds_for_every_process(string policy, string shown)
    {
        Container container = Running($$"""{"linux":{"memoryPolicy":{{policy}} } }""");
        container.Command("exec", container.Id, "sh", "-c", "head -qn 1 /proc/1/numa_maps /proc/self/numa_maps | cut -d' ' -f2-").Succeeds()
            .Lines.Should().HaveCount(2).And.OnlyContain(line => line.StartsWith(shown + " "));
    }

    [OcirunFact(RuncHasIt)]
    public void Node_that_is_not_there_is_an_error()
    {
        NewContainer("""{"linux":{"memoryPolicy":{"mode":"MPOL_BIND","nodes":"1023"}}}""").Create()
            .FailsWith("set linux.memoryPolicy to MPOL_BIND of nodes 1023: set_mempolicy: invalid argument; none of the nodes");
        NothingIsLeft();
    }

    private Container Running(string patch)
    {
        Container container = NewContainer(patch);
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        return container;
    }
}
