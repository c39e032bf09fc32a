using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// runc before 1.1.5: <c>/proc</c> of the image is a link again (CVE-2019-19921), to a volume that was mounted earlier.
/// The destination was resolved first and looked at afterwards, and what masks procfs missed it.
/// </summary>
/// <remarks>Seen to fall when <c>/proc</c> is looked up through links.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2023_27561 : ContainerTest
{
    [Theory]
    [InlineData("/volume")]
    [InlineData("volume/proc")]
    [InlineData("/volume/../volume")]
    public void Proc_as_a_link_into_a_volume_is_refused(string target)
    {
        Container container = NewContainer();
        string volume = Directory + "/volume";
        System.IO.Directory.CreateDirectory(volume + "/proc");
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/volume");
        System.IO.Directory.Delete(container.Bundle.Rootfs + "/proc");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/proc", target);
        container.Bundle.Config["mounts"]!.AsArray().Insert(0, System.Text.Json.Nodes.JsonNode.Parse(
            $$"""{"destination":"/volume","source":"{{volume}}","type":"bind","options":["rbind"]}"""));
        container.Bundle.Script("echo started; cat /volume/proc/version /volume/version");
        container.Run().ExitsWith(1).Stdout.Should().BeEmpty();
        System.IO.Directory.GetFileSystemEntries(volume + "/proc").Should().BeEmpty();
        NothingIsLeft();
    }
}
