using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// youki before 0.5.3 filled a process of <c>exec</c> that had been given capabilities from a default with inheritable and
/// ambient ones, which the container itself did not have.
/// </summary>
/// <remarks>Seen to fall when <c>exec --cap</c> brings an inheritable and ambient capability along.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2025_27612 : ContainerTest
{
    [OcirunTheory("runc 1.1.5 crashes where the config has no capabilities")]
    [InlineData("""{"process":{"capabilities":null}}""")]
    [InlineData("""{"process":{"capabilities":{"inheritable":null,"ambient":null}}}""")]
    [InlineData("""{"process":{"capabilities":{"bounding":["CAP_KILL"],"permitted":["CAP_KILL"],"effective":["CAP_KILL"],"inheritable":null,"ambient":null}}}""")]
    public void A_further_process_has_no_default_capabilities(string patch)
    {
        Container container = NewContainer(patch);
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        container.Command("exec", container.Id, "grep", "-E", "Cap(Inh|Amb)", "/proc/self/status")
            .Succeeds().Lines.Should().Equal("CapInh:\t0000000000000000", "CapAmb:\t0000000000000000");
        container.Command("exec", "--cap", "CAP_CHOWN", container.Id, "grep", "-E", "Cap(Inh|Amb)", "/proc/self/status")
            .Succeeds().Lines.Should().Equal("CapInh:\t0000000000000000", "CapAmb:\t0000000000000000");
    }
}
