using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// youki before 0.5.7 asked of the file that it wrote a label to no more than to be on a procfs: a neighbour with a shared
/// volume could lead the write to another file of procfs. A sysctl takes the same way here, and shows where it went.
/// </summary>
/// <remarks>
/// Seen to fall when settings are written by the path <c>/proc/sys/…</c> and <c>ProcGuard</c> does not look at where the
/// destination led; either alone holds.
/// </remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2025_62596 : ContainerTest
{
    [OcirunFact("runc 1.1.5 looks at the destination by its path")]
    public void A_mount_that_is_led_below_proc_meanwhile()
    {
        // Were it to be mounted on /proc/sys/kernel, the kernel would take the number for another limit.
        string fake = Directory + "/fake";
        System.IO.Directory.CreateDirectory(fake);
        File.CreateSymbolicLink(fake + "/shmmni", "/real/sys/kernel/shmmax");
        Container container = NewContainer("""{"root":{"readonly":false},"linux":{"sysctl":{"kernel.shmmni":"1234"},"readonlyPaths":[]}}""");
        string volume = container.Bundle.Rootfs + "/volume";
        System.IO.Directory.CreateDirectory(volume + "/sub");
        File.CreateSymbolicLink(volume + "/link", "/proc/sys/kernel");
        container.Bundle.Append("mounts", $$"""{"destination":"/volume/sub","source":"{{fake}}","type":"bind","options":["bind"]}""");
        // What is mounted on /proc/sys/kernel hides it, from the link too.
        container.Bundle.Append("mounts", """{"destination":"/real","source":"proc","type":"proc"}""");
        container.Bundle.Script("cat /real/sys/kernel/shmmni; [ $(cat /real/sys/kernel/shmmax) = 1234 ] && echo misled; :");
        using Exchange exchange = new(volume + "/sub", volume + "/link");
        int started = 0;
        for (int round = 0; round < 20; round++)
        {
            CommandResult result = container.Run();
            result.Stdout.Should().BeOneOf("1234\n", "");
            started += result.ExitCode == 0 ? 1 : 0;
        }

        started.Should().BeGreaterThan(0);
    }
}
