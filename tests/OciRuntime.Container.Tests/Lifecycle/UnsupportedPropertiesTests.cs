using System.Linq;
using System.Text;
using FluentAssertions;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Lifecycle;

public sealed class UnsupportedPropertiesTests
{
    [Fact]
    public void The_default_config_has_none()
    {
        UnsupportedProperties.Find(DefaultConfig.Create(cgroupV2: true)).Should().BeEmpty();
        UnsupportedProperties.Find(DefaultConfig.CreateRootless(cgroupV2: true, 1000, 1000)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"process":{"cwd":"/","commandLine":"a"}}""", "process.commandLine is not supported")]
    [InlineData("""{"process":{"cwd":"/","user":{"uid":0,"gid":0,"username":"a"}}}""", "process.user.username is not supported")]
    [InlineData("""{"solaris":{}}""", "solaris is not supported")]
    [InlineData("""{"windows":{}}""", "windows is not supported")]
    [InlineData("""{"vm":{}}""", "vm is not supported")]
    [InlineData("""{"zos":{}}""", "zos is not supported")]
    [InlineData("""{"freebsd":{}}""", "freebsd is not supported")]
    [InlineData("""{"linux":{"personality":{"domain":"LINUX"},"netDevices":{},"timeOffsets":{}}}""")]
    public void Each_is_named(string json, params string[] problems)
    {
        Config config = ConfigReader.Read(Encoding.UTF8.GetBytes($$"""{"ociVersion":"1.3.0",{{json[1..]}}"""));

        UnsupportedProperties.Find(config).Select(p => p.ToString()).Should().Equal(problems);
    }
}
