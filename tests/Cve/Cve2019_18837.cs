using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// crun before 0.10.5: its own resolver did not take back the first component of a path at <c>..</c>, and what it had
/// resolved was made and mounted on by a path that followed a link at its end. Here no path is resolved twice, and
/// never outside of the kernel's confined look-up.
/// </summary>
/// <remarks>
/// Seen to fall when a path is opened, and what is missing of it made, by the kernel's ordinary look-up below the
/// root's descriptor, but for links that climb too little.
/// </remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2019_18837 : ContainerTest
{
    private string Host => Directory + "/host";

    // HOST is the path of a directory of the host, UP enough ".." to get from the root file system to the host's root.
    [Theory]
    [InlineData("HOST", "/link/inner")]
    [InlineData("a/../UPHOST", "/link/inner")]
    [InlineData("a/b/../../../UPHOST", "/link/inner")]
    [InlineData("/a/../../UPHOST", "/link/inner")]
    [InlineData("HOST/new", "/link")]
    [InlineData("a/../UPHOST/new", "/link")]
    [InlineData("second", "/link/inner")]
    public void A_crafted_link_ends_inside(string target, string destination)
    {
        System.IO.Directory.CreateDirectory(Host);
        File.WriteAllText(Directory + "/source", "source\n");
        foreach (string mount in new[] { """{"type":"tmpfs","source":"tmpfs"}""", $$"""{"type":"bind","source":"{{Directory}}/source","options":["bind"]}""" })
        {
            Container container = NewContainer("""{"root":{"readonly":false}}""");
            System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/a/b");
            File.CreateSymbolicLink(container.Bundle.Rootfs + "/second", Host);
            File.CreateSymbolicLink(container.Bundle.Rootfs + "/link", target.Replace("UP", "../../../../..").Replace("HOST", Host));
            container.Bundle.Append("mounts", $$"""{"destination":"{{destination}}",{{mount[1..]}}""").Args("true");
            container.Run();
            System.IO.Directory.GetFileSystemEntries(Host).Should().BeEmpty();
        }

        NothingIsLeft();
    }
}
