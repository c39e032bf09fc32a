using System;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using OciRuntime.Cli.Output;
using Xunit;

namespace OciRuntime.Cli.Tests;

/// <summary>logrus's two formats.</summary>
public sealed class LogLineTests
{
    private static readonly DateTime Time = new(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc);

    [Theory]
    [InlineData("container does not exist", "\"container does not exist\"")]
    [InlineData("plain", "plain")]
    [InlineData("a-b.c_d/e@f^g+h", "a-b.c_d/e@f^g+h")]
    [InlineData("a=b", "\"a=b\"")]
    [InlineData("say \"no\"", "\"say \\\"no\\\"\"")]
    [InlineData("back\\slash", "\"back\\\\slash\"")]
    [InlineData("two\nlines\tand\r\u0001\u007f", "\"two\\nlines\\tand\\r\\x01\\x7f\"")]
    [InlineData("caf\u00e9", "\"caf\u00e9\"")]
    [InlineData("\u00a0\u200b\ue000", "\"\\u00a0\\u200b\\ue000\"")]
    [InlineData("\U000e0001", "\"\\U000e0001\"")]
    [InlineData("\U0001f600", "\"\U0001f600\"")]
    [InlineData("", "")]
    public void Text_is_quoted_as_Go_quotes(string message, string quoted) =>
        Encoding.UTF8.GetString(LogLine.Text(Time, LogLevel.Error, message, null))
            .Should().Be($"time=\"2026-01-02T03:04:05Z\" level=error msg={quoted}\n");

    [Fact]
    public void Debug_messages_tell_the_time_since_the_start() =>
        Encoding.UTF8.GetString(LogLine.Text(Time, LogLevel.Debug, "cloned", TimeSpan.FromMicroseconds(1234)))
            .Should().Be("time=\"2026-01-02T03:04:05Z\" level=debug msg=cloned elapsed=1.234ms\n");

    [Fact]
    public void Json_is_one_object_on_one_line() =>
        Encoding.UTF8.GetString(LogLine.Json(Time, LogLevel.Error, "exec: \"x\": <no>\nfile", null))
            .Should().Be("""{"level":"error","msg":"exec: \"x\": <no>\nfile","time":"2026-01-02T03:04:05Z"}""" + "\n");

    [Theory]
    [InlineData("caf\u00e9 \U0001f600 \u2028 \u0001 \\ \"")]
    [InlineData("")]
    public void Json_holds_any_text(string message)
    {
        using var line = JsonDocument.Parse(LogLine.Json(Time, LogLevel.Warning, message, null));
        line.RootElement.GetProperty("msg").GetString().Should().Be(message);
        line.RootElement.GetProperty("level").GetString().Should().Be("warning");
    }

    [Fact]
    public void A_terminal_is_not_driven_by_the_message() =>
        Encoding.UTF8.GetString(LogLine.Terminal(LogLevel.Error, "a\u001b[2Jb\nc\u009b", TimeSpan.FromSeconds(12.9), false))
            .Should().Be("\u001b[31mERRO\u001b[0m[0012] a\ufffd[2Jb\nc\ufffd\n");
}
