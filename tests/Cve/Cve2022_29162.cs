using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>Inheritable capabilities that nobody asked for: a program with inheritable file capabilities would gain them.</summary>
/// <remarks>Seen to fall when <c>exec --cap</c> adds to the inheritable set.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2022_29162 : ContainerTest
{
    [Fact]
    public void Exec_gives_no_inheritable_capabilities()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        container.Command("exec", "--cap", "CAP_NET_ADMIN", "--cap", "CAP_SYS_PTRACE", container.Id, "grep", "CapInh", "/proc/self/status")
            .Succeeds().Stdout.Should().Be("CapInh:\t0000000000000000\n");
        container.Command("exec", container.Id, "grep", "CapInh", "/proc/self/status")
            .Succeeds().Stdout.Should().Be("CapInh:\t0000000000000000\n");
    }
}
