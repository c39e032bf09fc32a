using FluentAssertions;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Errors;
using Xunit;

namespace OciRuntime.Cli.Tests;

/// <summary>Amounts of memory as Docker's go-units reads them.</summary>
public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("32", 32)]
    [InlineData("32b", 32)]
    [InlineData("32k", 32L << 10)]
    [InlineData("32K", 32L << 10)]
    [InlineData("32kb", 32L << 10)]
    [InlineData("32KiB", 32L << 10)]
    [InlineData("32Mb", 32L << 20)]
    [InlineData("32 mib", 32L << 20)]
    [InlineData("32g", 32L << 30)]
    [InlineData("32T", 32L << 40)]
    [InlineData("32p", 32L << 50)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("0.3k", 307)]
    [InlineData(".3kB", 307)]
    [InlineData("32.", 32)]
    [InlineData("32 ", 32)]
    public void A_size_is_a_number_and_a_unit(string text, long bytes) => ByteSize.Parse(text).Should().Be(bytes);

    [Theory]
    [InlineData("hello", "invalid size: 'hello'")]
    [InlineData("", "invalid size: ''")]
    [InlineData("-32", "invalid size: '-32'")]
    [InlineData("32bb", "invalid suffix: 'bb'")]
    [InlineData("32bm", "invalid suffix: 'bm'")]
    [InlineData("32mm", "invalid suffix: 'mm'")]
    [InlineData("32x", "invalid suffix: 'x'")]
    [InlineData("32kibs", "invalid suffix: 'kibs'")]
    [InlineData("3 2k3", "strconv.ParseFloat: parsing \"3 2k3\": invalid syntax")]
    [InlineData(" 32 ", "strconv.ParseFloat: parsing \" 32\": invalid syntax")]
    [InlineData("9999999p", "invalid size: '9999999p' is out of range")]
    public void Anything_else_is_an_error(string text, string message) =>
        FluentActions.Invoking(() => ByteSize.Parse(text)).Should().Throw<ContainerException>().WithMessage(message);
}
