using FluentAssertions;
using OciRuntime.Cli.Commands;
using Xunit;

namespace OciRuntime.Cli.Tests;

public sealed class SignalNameTests
{
    [Theory]
    [InlineData("KILL", 9)]
    [InlineData("SIGKILL", 9)]
    [InlineData("sigkill", 9)]
    [InlineData("Term", 15)]
    [InlineData("SIGUSR1", 10)]
    [InlineData("WINCH", 28)]
    [InlineData("SYS", 31)]
    [InlineData("IOT", 6)]
    [InlineData("9", 9)]
    [InlineData("015", 15)]
    [InlineData("0", 0)]
    [InlineData("-1", -1)]
    [InlineData("64", 64)]
    [InlineData("RTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMIN+30", 64)]
    [InlineData("rtmax", 64)]
    [InlineData("RTMAX-1", 63)]
    public void A_signal_is_a_name_or_a_number(string text, int number) => SignalName.Parse(text).Should().Be(number);

    [Theory]
    [InlineData("")]
    [InlineData("FOO")]
    [InlineData("SIG")]
    [InlineData("SIGSIGKILL")]
    [InlineData(" KILL")]
    [InlineData("9 ")]
    [InlineData("0x9")]
    [InlineData("RTMIN+31")]
    [InlineData("RTMIN+")]
    [InlineData("RTMIN-1")]
    [InlineData("RTMAX+1")]
    [InlineData("RTFOO+1")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_unknown(string text) => SignalName.Parse(text).Should().BeNull();
}
