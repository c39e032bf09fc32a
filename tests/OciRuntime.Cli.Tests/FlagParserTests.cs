using System;
using System.Collections.Generic;
using FluentAssertions;
using OciRuntime.Cli.CommandLine;
using Xunit;

namespace OciRuntime.Cli.Tests;

/// <summary>The grammar of Go's <c>flag</c> package, with urfave/cli's search for flags behind positional arguments.</summary>
public sealed class FlagParserTests
{
    private readonly BoolFlag _force = new("force", "f", "");
    private readonly StringFlag _bundle = new("bundle", "b", "", "default");
    private readonly IntFlag _number = new("preserve-fds", null, "", 7, 0);

    private readonly StringListFlag _env = new("env", "e", "");

    private List<string> Parse(string line, bool interspersed = true) => FlagParser.Parse(
        [_force, _bundle, _number, _env], line.Split(' ', StringSplitOptions.RemoveEmptyEntries), 0, interspersed);

    [Fact]
    public void Defaults_are_kept_without_flags()
    {
        Parse("id").Should().Equal("id");
        _force.Value.Should().BeFalse();
        _force.IsSet.Should().BeFalse();
        _bundle.Value.Should().Be("default");
        _number.Value.Should().Be(7);
    }

    [Theory]
    [InlineData("--bundle /x id")]
    [InlineData("-bundle /x id")]
    [InlineData("--bundle=/x id")]
    [InlineData("-bundle=/x id")]
    [InlineData("-b /x id")]
    [InlineData("--b /x id")]
    [InlineData("-b=/x id")]
    [InlineData("-b /y --bundle /x id")]
    [InlineData("id -b /x")]
    [InlineData("id --bundle=/x")]
    [InlineData("-b /x -- id")]
    public void A_value_is_given_in_any_of_these_ways(string line)
    {
        Parse(line).Should().Equal("id");
        _bundle.Value.Should().Be("/x");
        _bundle.IsSet.Should().BeTrue();
    }

    [Theory]
    [InlineData("--bundle= id", "")]
    [InlineData("--bundle=a=b id", "a=b")]
    [InlineData("--bundle --force id", "--force")]
    [InlineData("--bundle -- id", "--")]
    [InlineData("--bundle - id", "-")]
    public void Whatever_follows_is_the_value(string line, string value)
    {
        Parse(line).Should().Equal("id");
        _bundle.Value.Should().Be(value);
        _force.Value.Should().BeFalse();
    }

    [Theory]
    [InlineData("-f id", true)]
    [InlineData("--force id", true)]
    [InlineData("-force id", true)]
    [InlineData("--force=true id", true)]
    [InlineData("-f=T id", true)]
    [InlineData("-f=1 id", true)]
    [InlineData("-f=False id", false)]
    [InlineData("-f -f=0 id", false)]
    [InlineData("-f=false -f id", true)]
    [InlineData("id -f", true)]
    public void A_switch_takes_a_value_only_with_an_equals_sign(string line, bool value)
    {
        Parse(line).Should().Equal("id");
        _force.Value.Should().Be(value);
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData("+3", 3)]
    [InlineData("0x10", 16)]
    [InlineData("010", 8)]
    [InlineData("0o17", 15)]
    [InlineData("0b11", 3)]
    [InlineData("0", 0)]
    public void Numbers_are_Go_literals(string text, int value)
    {
        Parse($"--preserve-fds {text}").Should().BeEmpty();
        _number.Value.Should().Be(value);
    }

    [Fact]
    public void A_list_keeps_every_value()
    {
        Parse("-e A=1 --env=B=2,3 id -env C").Should().Equal("id");
        _env.Values.Should().Equal("A=1", "B=2,3", "C");
    }

    [Theory]
    [InlineData("--bogus id", "flag provided but not defined: -bogus")]
    [InlineData("-x=1 id", "flag provided but not defined: -x")]
    [InlineData("-fb id", "flag provided but not defined: -fb")]
    [InlineData("--FORCE id", "flag provided but not defined: -FORCE")]
    [InlineData("--bundle", "flag needs an argument: -bundle")]
    [InlineData("id -b", "flag needs an argument: -b")]
    [InlineData("---f id", "bad flag syntax: ---f")]
    [InlineData("--=x id", "bad flag syntax: --=x")]
    [InlineData("-=x id", "bad flag syntax: -=x")]
    [InlineData("--force=maybe id", "invalid boolean value \"maybe\" for -force: parse error")]
    [InlineData("-f= id", "invalid boolean value \"\" for -f: parse error")]
    [InlineData("--preserve-fds x id", "invalid value \"x\" for flag -preserve-fds: parse error")]
    [InlineData("--preserve-fds= id", "invalid value \"\" for flag -preserve-fds: parse error")]
    [InlineData("--preserve-fds 09 id", "invalid value \"09\" for flag -preserve-fds: parse error")]
    [InlineData("--preserve-fds 0x id", "invalid value \"0x\" for flag -preserve-fds: parse error")]
    [InlineData("--preserve-fds -1 id", "invalid value \"-1\" for flag -preserve-fds: value out of range")]
    [InlineData("--preserve-fds 99999999999999999999 id", "invalid value \"99999999999999999999\" for flag -preserve-fds: value out of range")]
    public void Errors_have_Go_texts(string line, string message) =>
        FluentActions.Invoking(() => Parse(line)).Should().Throw<UsageException>().WithMessage(message);

    [Theory]
    [InlineData("- -f", "-")]
    [InlineData("id -9 -f", "id -9")]
    [InlineData("id --bogus -f", "id --bogus")]
    [InlineData("id KILL -f", "id KILL")]
    [InlineData("id -f KILL", "id KILL")]
    [InlineData("-f id -- -b", "id -b")]
    public void Behind_a_positional_argument_only_known_flags_are_flags(string line, string positional)
    {
        Parse(line).Should().Equal(positional.Split(' '));
        _force.Value.Should().BeTrue();
    }

    [Theory]
    [InlineData("-f id -b x", "id -b x")]
    [InlineData("-f id -- x", "id -- x")]
    [InlineData("-f -- -b x", "-b x")]
    public void Without_interspersing_everything_behind_a_positional_argument_is_left_alone(string line, string rest)
    {
        Parse(line, interspersed: false).Should().Equal(rest.Split(' '));
        _force.Value.Should().BeTrue();
        _bundle.IsSet.Should().BeFalse();
    }
}
