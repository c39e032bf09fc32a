using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Xunit;

namespace OciRuntime.Spec.Tests;

public sealed class DefaultConfigTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Is_valid(bool cgroupV2)
    {
        ConfigValidator.Validate(DefaultConfig.Create(cgroupV2)).Should().BeEmpty();
        ConfigValidator.Validate(DefaultConfig.CreateRootless(cgroupV2, 1000, 1000)).Should().BeEmpty();
    }

    [Fact]
    public void Is_written_with_tabs_in_the_order_of_the_specification()
    {
        string json = Encoding.UTF8.GetString(SpecWriter.Write(DefaultConfig.Create(false)));

        json.Should().StartWith("{\n\t\"ociVersion\": \"1.3.0\",\n\t\"process\": {\n\t\t\"terminal\": true,\n\t\t\"user\": {\n\t\t\t\"uid\": 0,\n");
        json.Should().EndWith("}");
    }

    [Fact]
    public void Only_cgroup_v2_has_a_cgroup_namespace()
    {
        Types(DefaultConfig.Create(false)).Should().Equal("pid", "network", "ipc", "uts", "mount");
        Types(DefaultConfig.Create(true)).Should().Equal("pid", "network", "ipc", "uts", "mount", "cgroup");
        Types(DefaultConfig.CreateRootless(true, 1, 1)).Should().Equal("pid", "ipc", "uts", "mount", "cgroup", "user");
    }

    [RuncTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Has_the_content_of_runc_s(bool rootless)
    {
        JsonNode runc = RuncSpec(rootless);
        bool cgroupV2 = Namespaces(runc).Contains("cgroup");
        Config config = rootless
            ? DefaultConfig.CreateRootless(cgroupV2, HostId(runc, "uidMappings"), HostId(runc, "gidMappings"))
            : DefaultConfig.Create(cgroupV2);
        JsonNode ours = JsonNode.Parse(SpecWriter.Write(config))!;

        // Each program has its own name and its own version of the specification.
        foreach (JsonNode node in new[] { runc, ours })
        {
            node.AsObject().Remove("hostname");
            node.AsObject().Remove("ociVersion");
            // Older releases had the same capabilities in these sets too; today's do not, and nor does ocirun.
            node["process"]!["capabilities"]!.AsObject().Remove("inheritable");
            node["process"]!["capabilities"]!.AsObject().Remove("ambient");
        }
        ours.ToJsonString().Should().Be(runc.ToJsonString());
    }

    private static IEnumerable<string> Types(Config config) => config.Linux!.Namespaces!.Select(n => n.Type);

    private static IEnumerable<string> Namespaces(JsonNode config) =>
        config["linux"]!["namespaces"]!.AsArray().Select(n => (string)n!["type"]!);

    private static uint HostId(JsonNode config, string mappings) => (uint)config["linux"]![mappings]![0]!["hostID"]!;

    private static JsonNode RuncSpec(bool rootless)
    {
        DirectoryInfo bundle = Directory.CreateTempSubdirectory("spec-tests-");
        try
        {
            string[] arguments = rootless ? ["spec", "--rootless"] : ["spec"];
            using System.Diagnostics.Process runc = System.Diagnostics.Process.Start(new ProcessStartInfo("runc", arguments) { WorkingDirectory = bundle.FullName })!;
            runc.WaitForExit(TimeSpan.FromSeconds(30)).Should().BeTrue();
            runc.ExitCode.Should().Be(0);
            return JsonNode.Parse(File.ReadAllText(Path.Combine(bundle.FullName, "config.json")))!;
        }
        finally
        {
            bundle.Delete(recursive: true);
        }
    }
}
