using System.Linq;
using System.Text;
using FluentAssertions;
using OciRuntime.Cli.Commands;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Cli.Tests;

public sealed class StarterConfigTests
{
    [Fact]
    public void Both_configs_are_valid()
    {
        ConfigValidator.Validate(StarterConfig.Privileged()).Should().BeEmpty();
        ConfigValidator.Validate(StarterConfig.Rootless()).Should().BeEmpty();
    }

    [Fact]
    public void The_file_is_indented_with_tabs() =>
        Encoding.UTF8.GetString(SpecWriter.Write(StarterConfig.Privileged())).Should().StartWith("{\n\t\"ociVersion\": \"1.3.0\",\n");

    [Fact]
    public void Without_privileges_there_is_a_user_namespace_and_nothing_that_needs_more_than_one_id()
    {
        Config config = StarterConfig.Rootless();
        config.Linux!.Namespaces!.Select(ns => ns.Type).Should().Contain("user").And.NotContain("network");
        config.Linux.UIDMappings.Should().ContainSingle(mapping => mapping.ContainerID == 0 && mapping.Size == 1);
        config.Linux.GIDMappings.Should().ContainSingle(mapping => mapping.ContainerID == 0 && mapping.Size == 1);
        config.Linux.Resources.Should().BeNull();
        config.Mounts!.SelectMany(mount => mount.Options ?? []).Should().NotContain(option => option.StartsWith("gid="));
        config.Mounts!.Single(mount => mount.Destination == "/sys").Options.Should().Contain("rbind");
    }
}
