using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// runc before 1.3.6 made the links of <c>/dev</c>, after it had removed <c>ptmx</c>, by paths of the host: with <c>/dev</c>
/// of the image as a link they were made, and that was removed, in a directory of the host.
/// </summary>
/// <remarks>Seen to fall when <c>/dev</c> is looked up without confining it.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2026_41579 : ContainerTest
{
    private string Host => Directory + "/host";

    private Container NewVictim()
    {
        System.IO.Directory.CreateDirectory(Host);
        File.WriteAllText(Host + "/ptmx", "the host's\n");
        Container container = NewContainer("""{"root":{"readonly":false},"linux":{"maskedPaths":[]},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}]}""");
        System.IO.Directory.Delete(container.Bundle.Rootfs + "/dev");
        container.Bundle.Args("true");
        return container;
    }

    private void TheHostIsAsBefore()
    {
        System.IO.Directory.GetFileSystemEntries(Host).Should().Equal(Host + "/ptmx");
        File.ReadAllText(Host + "/ptmx").Should().Be("the host's\n");
    }

    [OcirunTheory("runc 1.1.5 makes the links on the host")]
    [InlineData("HOST")]
    [InlineData("../../../../../HOST")]
    [InlineData("proc/1/cwd")]
    [InlineData("/second")]
    public void Links_are_made_inside_when_dev_is_a_link(string target)
    {
        Container container = NewVictim();
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/second", Host);
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/dev", target.Replace("HOST", Host));
        container.Run();
        TheHostIsAsBefore();
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 makes the links on the host")]
    public void Links_are_made_inside_when_dev_becomes_a_link_meanwhile()
    {
        Container container = NewVictim();
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/dev");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/link", Host);
        using Exchange exchange = new(container.Bundle.Rootfs + "/dev", container.Bundle.Rootfs + "/link");
        for (int round = 0; round < 20; round++)
        {
            container.Run();
            TheHostIsAsBefore();
        }
    }
}
