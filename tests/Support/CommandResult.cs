using System;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using FluentAssertions.Execution;

namespace OciRuntime.Tests.Support;

/// <summary>What a finished program left: its exit status (128+n after signal n) and everything it wrote.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string Stdout, string Stderr)
{
    /// <summary>The lines of stdout, without the line ends.</summary>
    public string[] Lines => Stdout.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r')).ToArray();

    /// <summary>stdout, read as one JSON object.</summary>
    public JsonObject Json => JsonNode.Parse(Stdout)!.AsObject();

    /// <summary>Asserts exit status 0 and returns this result.</summary>
    public CommandResult Succeeds() => ExitsWith(0);

    /// <summary>Asserts the exit status and returns this result.</summary>
    public CommandResult ExitsWith(int code)
    {
        if (ExitCode != code)
            throw new AssertionFailedException($"expected exit status {code}, not {ExitCode}\n{this}");
        return this;
    }

    /// <summary>Asserts a failure whose stderr has <paramref name="text"/> in it, and no stack trace.</summary>
    public CommandResult FailsWith(string text, int code = 1)
    {
        ExitsWith(code);
        if (!Stderr.Contains(text, StringComparison.Ordinal))
            throw new AssertionFailedException($"expected stderr to contain \"{text}\"\n{this}");
        Stderr.Should().NotContain("   at OciRuntime").And.NotContain("Unhandled exception").And.NotContain("Process terminated");
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"$ {CommandLine}\nexit status {ExitCode}\nstdout: {Clip(Stdout)}\nstderr: {Clip(Stderr)}";

    private static string Clip(string text) => text.Length <= 4000 ? text : text[..4000] + "…";
}
