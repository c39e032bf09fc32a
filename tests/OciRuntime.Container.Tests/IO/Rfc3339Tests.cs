using System;
using FluentAssertions;
using OciRuntime.Container.IO;
using Xunit;

namespace OciRuntime.Container.Tests.IO;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData(0, "2026-01-02T03:04:05Z")]
    [InlineData(1, "2026-01-02T03:04:05.0000001Z")]
    [InlineData(5000000, "2026-01-02T03:04:05.5Z")]
    public void Times_have_no_trailing_zeros(long ticks, string text) =>
        Rfc3339.Nano(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(ticks)).Should().Be(text);

    [Fact]
    public void Seconds_have_no_fraction() =>
        Rfc3339.Seconds(new DateTime(999, 12, 31, 23, 59, 59, DateTimeKind.Utc).AddTicks(9999999)).Should().Be("0999-12-31T23:59:59Z");
}
