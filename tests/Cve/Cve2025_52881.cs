using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>What the runtime writes to procfs is led to another file by mounts that a link has brought below <c>/proc</c>.</summary>
/// <remarks>Seen to fall when <c>ProcGuard</c> does not look at where the destination led.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2025_52881 : ContainerTest
{
    [Theory]
    [InlineData("/proc/sys/kernel")]
    [InlineData("/proc/sys")]
    [InlineData("/proc/self/attr")]
    [InlineData("/proc")]
    [InlineData("proc/self/fd")]
    public void A_mount_that_a_link_leads_below_proc(string target)
    {
        string fake = Directory + "/fake";
        System.IO.Directory.CreateDirectory(fake + "/sys/kernel");
        File.WriteAllText(fake + "/shmmni", "fake\n");
        File.WriteAllText(fake + "/sys/kernel/shmmni", "fake\n");
        Container container = NewContainer("""{"linux":{"sysctl":{"kernel.shmmni":"1234"}}}""");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/link", target);
        container.Bundle.Append("mounts", $$"""{"destination":"/link","source":"{{fake}}","type":"bind","options":["bind"]}""").Args("true");
        container.Run().ExitsWith(1);
        File.ReadAllText(fake + "/shmmni").Should().Be("fake\n");
        File.ReadAllText(fake + "/sys/kernel/shmmni").Should().Be("fake\n");
        NothingIsLeft();
    }
}
