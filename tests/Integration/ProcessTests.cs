using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, process.</summary>
public sealed class ProcessTests : ContainerTest
{
    [Fact]
    public void Args_are_what_is_executed()
    {
        Container container = NewContainer();
        container.Bundle.Args("echo", "one two", "", "$HOME");
        container.Run([]).Succeeds().Stdout.Should().Be("one two  $HOME\n");
    }
}
