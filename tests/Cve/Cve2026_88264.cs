using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// crun up to 1.29.1, where nothing is mounted on <c>/dev</c>: before the root had changed, <c>/dev/console</c> was made
/// through a link of the image, as a file of root's on the host, or bound over what the link named. (crun 1.8.1 makes the
/// missing file where the root is read-only.)
/// </summary>
/// <remarks>
/// Seen to fall when <c>/dev/console</c> is made and opened through links after the root has changed, over
/// <c>/proc/version</c>.
/// </remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2026_88264 : ContainerTest
{
    // LINK is what /dev/console of the image names.
    [OcirunTheory("runc 1.1.5 binds the terminal over /proc/version")]
    [InlineData("HOST/new", false)]
    [InlineData("HOST/new", true)]
    [InlineData("HOST/present", false)]
    [InlineData("HOST/present", true)]
    [InlineData("../../../../../../HOST/new", false)]
    [InlineData("../../../../../../HOST/new", true)]
    [InlineData("/proc/version", false)]
    public void A_link_in_the_place_of_the_console(string target, bool isReadonly)
    {
        string host = Directory + "/host";
        System.IO.Directory.CreateDirectory(host);
        File.WriteAllText(host + "/present", "the host's\n");
        Container container = NewContainer($$$"""{"root":{"readonly":{{{(isReadonly ? "true" : "false")}}}},"process":{"terminal":true},"linux":{"maskedPaths":[]},"mounts":[{"destination":"/proc","type":"proc","source":"proc"},{"destination":"/dev/pts","type":"devpts","source":"devpts","options":["newinstance","ptmxmode=0666"]}]}""");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/dev/console", target.Replace("HOST", host));
        container.Bundle.Script("echo started; cat /proc/version");
        using Terminal terminal = Terminal.Open();
        using Command run = container.StartRun([], terminal: terminal.SlavePath);
        run.Finish();
        if (target == "/proc/version" && terminal.Output.Contains("started"))
            terminal.Output.Should().Contain("Linux version");
        System.IO.Directory.GetFileSystemEntries(host).Should().Equal(host + "/present");
        File.ReadAllText(host + "/present").Should().Be("the host's\n");
        NothingIsLeft();
    }
}
