using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// youki before 0.5.5 mounted procfs and sysfs, and whatever a config wanted on <c>/proc</c>, wherever a link in the root
/// file system led.
/// </summary>
/// <remarks>Seen to fall when <c>/proc</c> and <c>/sys</c> are looked up through links.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2025_54867 : ContainerTest
{
    // UP gets from the root file system to the host's root.
    [Theory]
    [InlineData("proc", "HOST")]
    [InlineData("proc", "UPHOST")]
    [InlineData("proc", "..")]
    [InlineData("sys", "HOST")]
    [InlineData("sys", "UPHOST")]
    public void A_link_to_the_host_is_refused(string name, string target)
    {
        string host = Directory + "/host";
        System.IO.Directory.CreateDirectory(host);
        Container container = NewContainer();
        System.IO.Directory.Delete($"{container.Bundle.Rootfs}/{name}");
        File.CreateSymbolicLink($"{container.Bundle.Rootfs}/{name}", target.Replace("UP", "../../../../..").Replace("HOST", host));
        container.Bundle.Script("echo started");
        container.Run().ExitsWith(1).Stdout.Should().BeEmpty();
        System.IO.Directory.GetFileSystemEntries(host).Should().BeEmpty();
        NothingIsLeft();
    }

    [Fact]
    public void Nothing_else_is_mounted_where_a_link_leads_to_proc()
    {
        Container container = NewContainer();
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/link", "proc");
        container.Bundle.Append("mounts", """{"destination":"/link","source":"tmpfs","type":"tmpfs"}""").Script("echo started");
        container.Run().ExitsWith(1).Stdout.Should().BeEmpty();
        NothingIsLeft();
    }
}
