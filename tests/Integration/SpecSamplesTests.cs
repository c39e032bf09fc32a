using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// Runs every sample of spec-samples/. Its file <c>expected</c> says what it shows (the # lines), and which lines the
/// container must print: each is a regular expression for a whole line. "@NAME TEXT" is a line of the bundle's file NAME.
/// "!TEXT" is how it fails on a host that does not have what it needs.
/// </summary>
[Trait("Lane", "Integration")]
public sealed class SpecSamplesTests : ContainerTest
{
    private static readonly string Samples = Path.Combine(Repository.Directory, "spec-samples");

    // Properties that came to the specification after runc 1.1.5, or that it does not follow.
    private static readonly string[] NotOfRunc =
    [
        "domainname", "linux.namespaces.time", "linux.timeOffsets", "linux.rootfsPropagation",
        "process.scheduler", "process.ioPriority", "process.execCPUAffinity",
        "linux.intelRdt", "linux.memoryPolicy", "linux.netDevices", "linux.personality", "mounts.uidMappings",
        "mounts.gidMappings", "mounts.options.idmap", "mounts.options.ridmap",
    ];

    // For the scoreboard: a peer shows what it can do with all of them.
    private static readonly bool AllSamples = Environment.GetEnvironmentVariable("OCIRUNTIME_SAMPLES") == "all";

    /// <summary>The samples' names.</summary>
    public static TheoryData<string> Names
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (string name in System.IO.Directory.GetDirectories(Samples).Select(path => Path.GetFileName(path)).Order())
            {
                // Those that tell more are services and small machines: RealisticSamplesTests.
                if ((Runtime.IsOcirun || AllSamples || !NotOfRunc.Contains(name)) && !File.Exists(Path.Combine(Samples, name, "README.md")))
                    names.Add(name);
            }

            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sample_prints_what_it_says(string name)
    {
        Container container = NewContainer();
        File.Copy(Path.Combine(Samples, name, "config.json"), container.Bundle.ConfigPath);
        JsonNode config = JsonNode.Parse(File.ReadAllText(container.Bundle.ConfigPath))!;
        string[] run = ["--bundle", container.Bundle.Directory, container.Id];
        string[] expectations = File.ReadAllLines(Path.Combine(Samples, name, "expected"));
        if (expectations.FirstOrDefault(line => line.StartsWith('!')) is { } failure)
        {
            CommandResult result = container.Command("run", run);
            container.Delete("--force").Succeeds();
            // The peers have words of their own.
            if (result.ExitCode == 1 && (!Runtime.IsOcirun || Regex.IsMatch(result.Stderr, failure[1..])))
                return;
        }

        string[] lines = (bool?)config["process"]?["terminal"] == true ? OnATerminal(container, run) : container.Command("run", run).Succeeds().Lines;

        foreach (string expected in expectations.Where(line => line.Length > 0 && line[0] is not ('#' or '!')))
        {
            string pattern = expected;
            string[] candidates = lines;
            if (expected[0] == '@')
            {
                string[] parts = expected[1..].Split(' ', 2);
                pattern = parts[1];
                candidates = File.ReadAllLines(Path.Combine(container.Bundle.Directory, parts[0]));
            }

            candidates.Should().Contain(line => Regex.IsMatch(line, $"^(?:{pattern})$"), $"\"{pattern}\" is expected of:\n{string.Join('\n', candidates)}");
        }

        if ((string?)config["linux"]?["cgroupsPath"] is { } cgroup)
        {
            foreach (string hierarchy in System.IO.Directory.GetDirectories(Cgroups.Root).Append(Cgroups.Root).Where(path => System.IO.Directory.Exists(path + Path.GetDirectoryName(cgroup))))
                System.IO.Directory.Delete(hierarchy + Path.GetDirectoryName(cgroup));
        }
    }

    [Fact]
    public void Every_sample_says_what_it_shows() =>
        System.IO.Directory.GetDirectories(Samples).Should().OnlyContain(path => File.ReadAllText(Path.Combine(path, "expected")).StartsWith("# "));

    private static string[] OnATerminal(Container container, string[] run)
    {
        using Terminal terminal = Terminal.Open();
        using Command command = container.StartCommand("run", run, terminal: terminal.SlavePath);
        command.Finish().Succeeds();
        terminal.WaitFor("\n");
        return terminal.Output.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
    }
}
