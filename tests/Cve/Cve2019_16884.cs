using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>Settings written to what the image or a volume has put in the place of <c>/proc</c>; also CVE-2025-52881.</summary>
/// <remarks>
/// Seen to fall when <c>/proc</c> is looked up through links, and a volume is let over it (without <c>ProcGuard</c>).
/// </remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2019_16884 : ContainerTest
{
    private const string Sysctl = """{"linux":{"sysctl":{"kernel.domainname":"real"}}}""";

    [Fact]
    public void A_file_of_the_image_below_proc_gets_no_setting()
    {
        Container container = NewContainer(Sysctl);
        container.Bundle.File("/proc/sys/kernel/domainname", "fake\n");
        container.RunScript("cat /proc/sys/kernel/domainname").Lines.Should().Equal("real");
        File.ReadAllText(container.Bundle.Rootfs + "/proc/sys/kernel/domainname").Should().Be("fake\n");
    }

    [Fact]
    public void A_volume_over_proc_is_refused()
    {
        Container container = NewContainer(Sysctl);
        string fake = Directory + "/fake";
        System.IO.Directory.CreateDirectory(fake + "/sys/kernel");
        container.Bundle.Append("mounts", $$"""{"destination":"/proc","source":"{{fake}}","type":"bind","options":["rbind"]}""").Args("true");
        container.Run().ExitsWith(1);
        NothingIsLeft();
    }

    [Fact]
    public void A_link_in_the_place_of_proc_is_refused()
    {
        Container container = NewContainer(Sysctl);
        System.IO.Directory.Delete(container.Bundle.Rootfs + "/proc");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/proc", "/evil");
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/evil");
        container.Bundle.Args("true");
        container.Run().ExitsWith(1);
        NothingIsLeft();
    }
}
