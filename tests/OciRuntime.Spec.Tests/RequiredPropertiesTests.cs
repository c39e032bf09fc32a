using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Xunit;

namespace OciRuntime.Spec.Tests;

/// <summary>Each property that the specification calls REQUIRED, missing from a config that has all others.</summary>
public sealed class RequiredPropertiesTests
{
    [Theory]
    [InlineData("ociVersion")]
    [InlineData("root.path")]
    [InlineData("mounts[0].destination")]
    [InlineData("process.consoleSize.height")]
    [InlineData("process.consoleSize.width")]
    [InlineData("process.user.uid")]
    [InlineData("process.user.gid")]
    [InlineData("process.cwd")]
    [InlineData("process.rlimits[0].type")]
    [InlineData("process.rlimits[0].soft")]
    [InlineData("process.rlimits[0].hard")]
    [InlineData("process.scheduler.policy")]
    [InlineData("process.ioPriority.class")]
    [InlineData("process.ioPriority.priority")]
    [InlineData("hooks.prestart[0].path")]
    [InlineData("hooks.createRuntime[0].path")]
    [InlineData("linux.namespaces[0].type")]
    [InlineData("linux.uidMappings[0].containerID")]
    [InlineData("linux.uidMappings[0].hostID")]
    [InlineData("linux.uidMappings[0].size")]
    [InlineData("linux.devices[0].type")]
    [InlineData("linux.devices[0].path")]
    [InlineData("linux.resources.devices[0].allow")]
    [InlineData("linux.resources.blockIO.weightDevice[0].major")]
    [InlineData("linux.resources.blockIO.weightDevice[0].minor")]
    [InlineData("linux.resources.blockIO.throttleReadBpsDevice[0].major")]
    [InlineData("linux.resources.blockIO.throttleReadBpsDevice[0].minor")]
    [InlineData("linux.resources.blockIO.throttleReadBpsDevice[0].rate")]
    [InlineData("linux.resources.blockIO.throttleWriteBpsDevice[0].major")]
    [InlineData("linux.resources.blockIO.throttleWriteBpsDevice[0].minor")]
    [InlineData("linux.resources.blockIO.throttleWriteBpsDevice[0].rate")]
    [InlineData("linux.resources.blockIO.throttleReadIOPSDevice[0].major")]
    [InlineData("linux.resources.blockIO.throttleReadIOPSDevice[0].minor")]
    [InlineData("linux.resources.blockIO.throttleReadIOPSDevice[0].rate")]
    [InlineData("linux.resources.blockIO.throttleWriteIOPSDevice[0].major")]
    [InlineData("linux.resources.blockIO.throttleWriteIOPSDevice[0].minor")]
    [InlineData("linux.resources.blockIO.throttleWriteIOPSDevice[0].rate")]
    [InlineData("linux.resources.hugepageLimits[0].pageSize")]
    [InlineData("linux.resources.hugepageLimits[0].limit")]
    [InlineData("linux.resources.network.priorities[0].name")]
    [InlineData("linux.resources.network.priorities[0].priority")]
    [InlineData("linux.memoryPolicy.mode")]
    [InlineData("linux.seccomp.defaultAction")]
    [InlineData("linux.seccomp.syscalls[0].names")]
    [InlineData("linux.seccomp.syscalls[0].action")]
    [InlineData("linux.seccomp.syscalls[0].args[0].index")]
    [InlineData("linux.seccomp.syscalls[0].args[0].value")]
    [InlineData("linux.seccomp.syscalls[0].args[0].op")]
    [InlineData("linux.personality.domain")]
    public void A_required_property_that_is_missing_is_named(string path)
    {
        JsonNode config = JsonNode.Parse(Complete.Config)!;
        string[] names = path.Split('.');
        JsonNode parent = config;
        foreach (string name in names[..^1])
            parent = name.EndsWith("[0]") ? parent[name[..^3]]![0]! : parent[name]!;
        parent.AsObject().Remove(names[^1]).Should().BeTrue();
        FluentActions.Invoking(() => ConfigReader.Read(Encoding.UTF8.GetBytes(config.ToJsonString())))
            .Should().Throw<SpecException>().Which.Problems.Select(problem => problem.ToString()).Should().Equal($"{path} is missing");
    }
}
