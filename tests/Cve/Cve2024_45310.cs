using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>A missing mount destination is made on the host, when a directory above it becomes a link between two look-ups.</summary>
/// <remarks>Seen to fall when what is missing of a path is made by an ordinary look-up.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2024_45310 : ContainerTest
{
    [OcirunTheory("runc 1.1.5 makes empty files and directories on the host")]
    [InlineData("""{"destination":"/volume/sub/a/b/c","source":"tmpfs","type":"tmpfs"}""")]
    [InlineData("""{"destination":"/volume/sub/a/b/file","source":"/etc/hostname","type":"bind","options":["bind"]}""")]
    public void A_destination_that_is_missing_is_made_inside(string mount)
    {
        string host = Directory + "/host";
        System.IO.Directory.CreateDirectory(host);
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        string volume = container.Bundle.Rootfs + "/volume";
        System.IO.Directory.CreateDirectory(volume + "/sub");
        File.CreateSymbolicLink(volume + "/link", host);
        container.Bundle.Append("mounts", mount).Args("true");
        using Exchange exchange = new(volume + "/sub", volume + "/link");
        for (int round = 0; round < 60; round++)
        {
            container.Run();
            System.IO.Directory.GetFileSystemEntries(host).Should().BeEmpty("in round {0} of {1} exchanges", round, exchange.Count);
            // One of the two is the directory.
            Command.Run("rm", "-rf", volume + "/sub/a", volume + "/link/a");
        }
    }
}
