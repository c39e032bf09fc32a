using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>A mount that goes through a link of the image, also one that is exchanged while the runtime looks.</summary>
/// <remarks>Seen to fall when the look-up is not confined to the root.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2021_30465 : ContainerTest
{
    private string Host => Directory + "/host";

    private Container NewVictim()
    {
        System.IO.Directory.CreateDirectory(Host);
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Append("mounts", """{"destination":"/volume/inner","source":"tmpfs","type":"tmpfs"}""");
        container.Bundle.Args("true");
        return container;
    }

    [Fact]
    public void A_link_leads_nowhere_but_into_the_root()
    {
        Container container = NewVictim();
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/volume", Host);
        container.Run();
        System.IO.Directory.GetFileSystemEntries(Host).Should().BeEmpty();
        NothingIsLeft();
    }

    [Fact]
    public void A_directory_that_becomes_a_link_meanwhile()
    {
        Container container = NewVictim();
        using Command exchange = Command.Start("sh", ["-c", $"cd {container.Bundle.Rootfs}; mkdir -p volume; while :; do mv volume aside; ln -s {Host} volume; rm volume; mv aside volume; done"]);
        for (int round = 0; round < 20; round++)
        {
            container.Run();
            System.IO.Directory.GetFileSystemEntries(Host).Should().BeEmpty();
        }
    }
}
