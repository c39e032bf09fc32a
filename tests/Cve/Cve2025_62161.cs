using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// youki before 0.5.7 looked too little at the <c>/dev/null</c> that covers masked files: what is bound over them must be
/// the null device itself, and not another device, or a device of the same number and another kind.
/// </summary>
/// <remarks>Seen to fall when the <c>/dev/null</c> that covers a path is not verified.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2025_62161 : ContainerTest
{
    private string Devices => Directory + "/dev";

    private Container NewVictim()
    {
        System.IO.Directory.CreateDirectory(Devices);
        Container container = NewContainer("""{"linux":{"maskedPaths":["/proc/version"]},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}]}""");
        container.Bundle.Append("mounts", $$"""{"destination":"/dev","source":"{{Devices}}","type":"bind","options":["rbind"]}""");
        container.Bundle.Script("echo started; head -c 8 /proc/version | hexdump -C");
        return container;
    }

    [OcirunTheory("runc 1.1.5 mounts whatever is there")]
    [InlineData("mknod $0/null c 1 5")]
    [InlineData("mknod $0/null b 1 3")]
    [InlineData("mkfifo $0/null")]
    [InlineData("ln -s /proc/self/fd/0 $0/null")]
    [InlineData("mknod $0/elsewhere c 1 5; ln -s elsewhere $0/null")]
    public void Another_node_in_the_place_of_the_null_device(string make)
    {
        Container container = NewVictim();
        Command.Shell(make.Replace("$0", Devices)).Succeeds();
        container.Run().ExitsWith(1).Stdout.Should().BeEmpty();
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 mounts whatever is there")]
    public void A_null_device_that_becomes_another_device_meanwhile()
    {
        Container container = NewVictim();
        Command.Run("mknod", Devices + "/null", "c", "1", "3").Succeeds();
        Command.Run("mknod", Devices + "/zeros", "c", "1", "5").Succeeds();
        using Exchange exchange = new(Devices + "/null", Devices + "/zeros");
        for (int round = 0; round < 20; round++)
            container.Run().Stdout.Should().NotContain("00 00");
    }
}
