using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// runc before 1.1.5: with <c>/proc</c> as a link, and mounts to go with it, labels were written to files of the
/// attacker, and the container ran without any. A sysctl takes the same way here, and shows where it went.
/// </summary>
/// <remarks>Seen to fall when settings are written by the path <c>/proc/sys/…</c>.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2023_28642 : ContainerTest
{
    [OcirunTheory("runc 1.1.5 does not start without a procfs at /proc")]
    [InlineData("/volume")]
    [InlineData("volume/../volume")]
    public void A_setting_does_not_go_through_proc_of_the_image(string target)
    {
        string volume = Directory + "/volume";
        System.IO.Directory.CreateDirectory(volume + "/sys/kernel");
        System.IO.Directory.CreateDirectory(volume + "/self/attr");
        File.WriteAllText(volume + "/sys/kernel/domainname", "fake\n");
        Container container = NewContainer("""{"linux":{"sysctl":{"kernel.domainname":"real"},"maskedPaths":[],"readonlyPaths":[]},"mounts":[]}""");
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/volume");
        System.IO.Directory.Delete(container.Bundle.Rootfs + "/proc");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/proc", target);
        container.Bundle.Append("mounts", $$"""{"destination":"/volume","source":"{{volume}}","type":"bind","options":["rbind"]}""");
        container.Bundle.Append("mounts", """{"destination":"/real","source":"proc","type":"proc"}""");
        container.RunScript("cat /real/sys/kernel/domainname").Stdout.Should().Be("real\n");
        File.ReadAllText(volume + "/sys/kernel/domainname").Should().Be("fake\n");
    }
}
