using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// docs/compatibility.md, which conformance/scoreboard.py writes, against the binary: what the page says is what it is
/// now, and what <c>features</c> claims is shown by a sample that passed. One that fails asks for the page to be written anew.
/// </summary>
[Trait("Lane", "Integration")]
public sealed class ScoreboardTests : ContainerTest
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Repository.Directory, "docs/compatibility.md"));

    // Where a sample of the name that the report has does not exist.
    private static readonly Dictionary<string, string> SampleOf = new()
    {
        ["ociVersionMin"] = "ociVersion",
        ["ociVersionMax"] = "ociVersion",
        ["potentiallyUnsafeConfigAnnotations"] = "annotations",
        ["linux.capabilities"] = "process.capabilities.bounding",
        ["linux.cgroup.v1"] = "linux.cgroupsPath",
        ["linux.cgroup.v2"] = "linux.resources.unified",
        ["linux.cgroup.systemd"] = "linux.cgroupsPath",
        ["linux.cgroup.systemdUser"] = "linux.cgroupsPath",
        ["linux.cgroup.rdma"] = "linux.resources.rdma",
        ["linux.seccomp.enabled"] = "linux.seccomp.defaultAction",
        ["linux.seccomp.actions"] = "linux.seccomp.syscalls.action",
        ["linux.seccomp.operators"] = "linux.seccomp.syscalls.args",
        ["linux.seccomp.archs"] = "linux.seccomp.architectures",
        ["linux.seccomp.knownFlags"] = "linux.seccomp.flags",
        ["linux.apparmor.enabled"] = "process.apparmorProfile",
        ["linux.selinux.enabled"] = "process.selinuxLabel",
        ["linux.intelRdt.enabled"] = "linux.intelRdt",
        ["linux.intelRdt.schemata"] = "linux.intelRdt",
        ["linux.intelRdt.monitoring"] = "linux.intelRdt",
        ["linux.memoryPolicy.modes"] = "linux.memoryPolicy",
        ["linux.memoryPolicy.flags"] = "linux.memoryPolicy",
        ["linux.mountExtensions.idmap.enabled"] = "mounts.uidMappings",
        ["linux.netDevices.enabled"] = "linux.netDevices",
    };

    /// <summary>A table's rows: the first cell without its marks, and what the second says of ocirun.</summary>
    private static Dictionary<string, string> Table(string section) => Page
        .SkipWhile(line => line != "## " + section).Skip(1).TakeWhile(line => !line.StartsWith("## "))
        .Where(line => line.StartsWith("| `"))
        .Select(line => line.Split('|')).ToDictionary(cells => cells[1].Replace("\\*", "").Trim(' ', '`'), cells => cells[2].Trim());

    /// <summary>The report's lines as scoreboard.py has them.</summary>
    private static IEnumerable<string> Facts(JsonNode? value, string path) => value switch
    {
        JsonObject members => members.SelectMany(member => Facts(member.Value, path.Length > 0 ? path + "." + member.Key : member.Key)),
        JsonArray elements => elements.Select(element => $"{path}: {element}"),
        JsonValue scalar when scalar.TryGetValue(out bool enabled) => enabled ? [path] : [],
        _ => [$"{path}: {value}"],
    };

    private string[] Reported()
    {
        JsonObject report = Ocirun("features").Succeeds().Json;
        report.Remove("annotations");
        report["linux"]!["seccomp"]!.AsObject().Remove("supportedFlags");
        return Facts(report, "").ToArray();
    }

    [OcirunFact("the page is about ocirun")]
    public void Features_on_the_page_are_those_of_the_binary() =>
        Table("Features").Where(row => row.Value == "yes").Select(row => row.Key).Should().BeEquivalentTo(Reported());

    [OcirunFact("the page is about ocirun")]
    public void What_features_claims_is_shown_by_a_sample_that_passed()
    {
        Dictionary<string, string> properties = Table("Properties");
        foreach (string fact in Reported().Where(fact => !fact.StartsWith("mountOptions: ")))
        {
            string[] parts = fact.Split(": ");
            string sample = SampleOf.GetValueOrDefault(parts[0], parts[^1] == parts[0] ? parts[0] : parts[0] + "." + parts[^1]);
            properties.Should().Contain(sample, "yes", fact);
        }

        // A mount option that leaves nothing to look at has no sample; every sample's option is one of the report.
        Reported().Should().Contain(properties.Keys.Where(name => name.StartsWith("mounts.options.")).Select(name => "mountOptions: " + name["mounts.options.".Length..]));
    }

    [OcirunFact("the page is about ocirun")]
    public void Every_sample_is_on_the_page_and_passed() =>
        Table("Properties").Should().BeEquivalentTo(System.IO.Directory.GetDirectories(Path.Combine(Repository.Directory, "spec-samples"))
            .Where(path => !File.Exists(Path.Combine(path, "README.md"))).ToDictionary(path => Path.GetFileName(path), _ => "yes"));
}
