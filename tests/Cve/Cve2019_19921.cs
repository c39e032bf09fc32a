using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// <c>/proc</c> of the image is a link, or becomes one: the procfs would be mounted where it leads, and what masks it and
/// makes it read-only would miss it. See also <see cref="Cve2023_27561"/> and <see cref="Cve2023_28642"/>.
/// </summary>
/// <remarks>Seen to fall when <c>/proc</c> and <c>/sys</c> are looked up through links like any destination.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2019_19921 : ContainerTest
{
    private Container NewVictim()
    {
        Container container = NewContainer();
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/evil");
        container.Bundle.Script("[ -e /evil/version ] && echo elsewhere; echo x >/evil/sys/kernel/domainname && echo written; :");
        return container;
    }

    [Theory]
    [InlineData("proc", "/evil")]
    [InlineData("proc", "evil")]
    [InlineData("proc", "/evil/../evil")]
    [InlineData("proc", "/missing")]
    [InlineData("sys", "/evil")]
    [InlineData("sys", "proc")]
    public void A_link_is_refused(string name, string target)
    {
        Container container = NewVictim();
        System.IO.Directory.Delete($"{container.Bundle.Rootfs}/{name}");
        File.CreateSymbolicLink($"{container.Bundle.Rootfs}/{name}", target);
        container.Run().ExitsWith(1).Stdout.Should().BeEmpty();
        NothingIsLeft();
    }

    [Fact]
    public void A_directory_that_becomes_a_link_meanwhile()
    {
        Container container = NewVictim();
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/link", "/evil");
        using Exchange exchange = new(container.Bundle.Rootfs + "/proc", container.Bundle.Rootfs + "/link");
        for (int round = 0; round < 30; round++)
            container.Run().Stdout.Should().NotContain("elsewhere").And.NotContain("written");
    }
}
