using FluentAssertions;
using OciRuntime.Cli.Commands;
using OciRuntime.Container.Errors;
using Xunit;

namespace OciRuntime.Cli.Tests;

/// <summary>Which lines of the host's ps are a container's.</summary>
public sealed class PsCommandTests
{
    [Theory]
    [InlineData("  PID CMD\n    7 a\n   77 b\n    8 7\n", "  PID CMD\n    7 a\n")]
    [InlineData("CMD   PID\n7 8\na 7\n", "CMD   PID\na 7\n")]
    [InlineData("PID\n1\n\n7", "PID\n7\n")]
    [InlineData("PID\n", "PID\n")]
    public void Lines_are_chosen_by_the_pid_column(string output, string filtered) => PsCommand.Filter(output, [7, 9]).Should().Be(filtered);

    [Theory]
    [InlineData("", "couldn't find PID field in ps output")]
    [InlineData("PPID CMD\n7 a\n", "couldn't find PID field in ps output")]
    [InlineData("PID CMD\nx a\n", "unable to parse pid: strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("CMD PID\na\n", "unable to parse pid: strconv.Atoi: parsing \"\": invalid syntax")]
    public void Output_without_pids_is_an_error(string output, string message) =>
        FluentActions.Invoking(() => PsCommand.Filter(output, [7])).Should().Throw<ContainerException>().WithMessage(message);
}
