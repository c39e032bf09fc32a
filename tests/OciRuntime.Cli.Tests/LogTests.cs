using System;
using System.IO;
using System.Text.Json;
using FluentAssertions;
using OciRuntime.Cli.Output;
using OciRuntime.Linux;
using Xunit;

namespace OciRuntime.Cli.Tests;

public sealed class LogTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ocirun-log-");

    private string LogPath => Path.Combine(_directory.FullName, "log");

    public void Dispose() => _directory.Delete(true);

    [Fact]
    public void Lines_are_appended_to_the_file()
    {
        File.WriteAllText(LogPath, "before\n");
        using (Log log = Log.Open(LogPath, LogFormat.Text, debug: false))
        {
            log.Debug("not wanted");
            log.Warning("careful now");
        }
        File.ReadAllText(LogPath).Should().MatchRegex("^before\ntime=\"[^\"]*Z\" level=warning msg=\"careful now\"\n$");
    }

    [Fact]
    public void Debug_messages_are_written_when_asked_for()
    {
        using (Log log = Log.Open(LogPath, LogFormat.Json, debug: true))
            log.Debug("here");
        using var line = JsonDocument.Parse(File.ReadAllText(LogPath));
        line.RootElement.GetProperty("level").GetString().Should().Be("debug");
        line.RootElement.GetProperty("elapsed").GetString().Should().EndWith("ms");
    }

    [Fact]
    public void A_failure_is_the_only_line_of_a_json_log()
    {
        using (Log log = Log.Open(LogPath, LogFormat.Json, debug: false))
        {
            log.Warning("unknown capability");
            log.Error("it failed");
        }
        using var line = JsonDocument.Parse(File.ReadAllText(LogPath));
        line.RootElement.GetProperty("msg").GetString().Should().Be("it failed");
    }

    [Fact]
    public void Without_a_failure_warnings_are_in_a_json_log()
    {
        using (Log log = Log.Open(LogPath, LogFormat.Json, debug: false))
        {
            log.Warning("one");
            log.Warning("two");
        }
        File.ReadAllLines(LogPath).Should().HaveCount(2).And.OnlyContain(line => line.Contains("\"level\":\"warning\""));
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error() =>
        FluentActions.Invoking(() => Log.Open("/nonexistent/log", LogFormat.Text, false))
            .Should().Throw<LinuxException>().WithMessage("open /nonexistent/log: no such file or directory");
}
