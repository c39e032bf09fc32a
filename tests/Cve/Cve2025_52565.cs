using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary><c>/dev/console</c> is bound from the name of the terminal, where the image or a neighbour has put a link.</summary>
/// <remarks>Seen to fall with runc 1.1.5.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2025_52565 : ContainerTest
{
    [OcirunFact("runc 1.1.5 mounts whatever has the terminal's name")]
    public void A_terminals_name_that_becomes_a_link_elsewhere_meanwhile()
    {
        // /dev is a volume, and the devpts beside the directory in which terminals are looked up.
        string devices = Directory + "/dev";
        System.IO.Directory.CreateDirectory(devices + "/pts");
        System.IO.Directory.CreateDirectory(devices + "/real");
        File.WriteAllText(devices + "/console", "");
        File.CreateSymbolicLink(devices + "/ptmx", "real/ptmx");
        File.CreateSymbolicLink(devices + "/pts/ptmx", "../real/ptmx");
        File.CreateSymbolicLink(devices + "/pts/0", "../real/0");
        File.CreateSymbolicLink(devices + "/pts/link", "/evil");
        Command.Run("mknod", devices + "/null", "c", "1", "3").Succeeds();

        Container container = NewContainer("""{"process":{"terminal":true},"linux":{"maskedPaths":[]},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}]}""");
        container.Bundle.Append("mounts", $$"""{"destination":"/dev","source":"{{devices}}","type":"bind","options":["rbind"]}""");
        container.Bundle.Append("mounts", """{"destination":"/dev/real","source":"devpts","type":"devpts","options":["newinstance","ptmxmode=0666"]}""");
        container.Bundle.File("/evil", "controlled\n").Script("if [ -f /dev/console ]; then cat /dev/console; else echo device; fi");
        using Terminal terminal = Terminal.Open();
        using Exchange exchange = new(devices + "/pts/0", devices + "/pts/link");
        for (int round = 0; round < 60; round++)
        {
            using Command run = container.StartRun([], terminal: terminal.SlavePath);
            run.Finish();
            terminal.Output.Should().NotContain("controlled");
        }

        terminal.Output.Should().Contain("device");
    }
}
