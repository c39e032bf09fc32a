using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>The container's <c>/dev/null</c>, which covers masked files, is something else: the file behind it shows up in their place.</summary>
/// <remarks>Seen to fall when the <c>/dev/null</c> that covers a path is not verified.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2025_31133 : ContainerTest
{
    private string Devices => Directory + "/dev";

    // A volume for /dev: the runtime then makes no devices of its own there.
    private Container NewVictim()
    {
        System.IO.Directory.CreateDirectory(Devices);
        Container container = NewContainer("""{"linux":{"maskedPaths":["/proc/version"]},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}]}""");
        container.Bundle.Append("mounts", $$"""{"destination":"/dev","source":"{{Devices}}","type":"bind","options":["rbind"]}""");
        container.Bundle.File("/evil", "controlled\n").Script("cat /proc/version");
        return container;
    }

    [OcirunTheory("runc 1.1.5 mounts whatever is there")]
    [InlineData("/evil")]
    [InlineData("../evil")]
    [InlineData("/proc/self/cwd/evil")]
    [InlineData("/proc/sysrq-trigger")]
    public void A_link_in_the_place_of_the_null_device(string target)
    {
        Container container = NewVictim();
        File.CreateSymbolicLink(Devices + "/null", target);
        container.Run().ExitsWith(1).Stdout.Should().BeEmpty();
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 mounts whatever is there")]
    public void A_file_in_the_place_of_the_null_device()
    {
        Container container = NewVictim();
        File.WriteAllText(Devices + "/null", "controlled\n");
        container.Run().ExitsWith(1).Stdout.Should().BeEmpty();
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 mounts whatever is there")]
    public void A_null_device_that_becomes_a_link_meanwhile()
    {
        Container container = NewVictim();
        Command.Run("mknod", Devices + "/real", "c", "1", "3").Succeeds();
        Command.Run("cp", "-a", Devices + "/real", Devices + "/null").Succeeds();
        File.CreateSymbolicLink(Devices + "/link", "/evil");
        using Exchange exchange = new(Devices + "/null", Devices + "/link");
        for (int round = 0; round < 30; round++)
            container.Run().Stdout.Should().NotContain("controlled");
        exchange.Count.Should().BeGreaterThan(30);
    }
}
