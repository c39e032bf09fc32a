using System;
using FluentAssertions;
using OciRuntime.Cli.CommandLine;
using Xunit;

namespace OciRuntime.Cli.Tests;

/// <summary>Go's notation for times.</summary>
public sealed class DurationFlagTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("5s", 5000)]
    [InlineData("+1.5s", 1500)]
    [InlineData("-1s", -1000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1h0m0.25s", 3_600_250)]
    [InlineData("300ms", 300)]
    [InlineData(".5s", 500)]
    [InlineData("1.s", 1000)]
    [InlineData("1500us", 1.5)]
    [InlineData("1500\u00b5s", 1.5)]
    [InlineData("1500\u03bcs", 1.5)]
    [InlineData("2000ns", 0.002)]
    public void A_time_is_numbers_with_units(string text, double milliseconds) =>
        DurationFlag.TryParse(text)!.Value.TotalMilliseconds.Should().Be(milliseconds);

    [Fact]
    public void Less_than_the_clocks_step_is_not_nothing() => DurationFlag.TryParse("1ns")!.Value.Should().BeGreaterThan(TimeSpan.Zero);

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("1 s")]
    [InlineData(" 1s")]
    [InlineData("1.2.3s")]
    [InlineData("1S")]
    [InlineData("1d")]
    [InlineData("--1s")]
    [InlineData("1s-1s")]
    [InlineData("9999999999999999h")]
    [InlineData("99999999999999999999999999999s")]
    [InlineData("1e3s")]
    public void Anything_else_is_none(string text) => DurationFlag.TryParse(text).Should().BeNull();

    [Fact]
    public void The_default_holds_until_a_value_is_given()
    {
        var flag = new DurationFlag("interval", null, "", "5s");
        flag.Value.Should().Be(TimeSpan.FromSeconds(5));
        FlagParser.Parse([flag], ["--interval", "10ms"], 0, interspersed: true);
        flag.Value.Should().Be(TimeSpan.FromMilliseconds(10));
    }
}
