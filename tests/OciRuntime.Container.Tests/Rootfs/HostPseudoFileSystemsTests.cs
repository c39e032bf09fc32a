using FluentAssertions;
using OciRuntime.Container.Rootfs;
using Xunit;

namespace OciRuntime.Container.Tests.Rootfs;

public class HostPseudoFileSystemsTests
{
    [Fact]
    public void OnlyCompleteOnesOutsideOfTheRoot()
    {
        const string mountInfo =
            "22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw\n" +
            "23 27 0:22 / /sys rw,relatime - sysfs sysfs rw\n" +
            "24 22 0:21 /sys /proc/sys ro - proc proc rw\n" +
            "25 27 0:21 / /mnt/my\\040proc rw - proc proc rw\n" +
            "26 27 0:21 / /b/rootfs/proc rw - proc proc rw\n" +
            "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\n";
        HostPseudoFileSystems.Find(mountInfo, "/b/rootfs").Should().Equal("/proc", "/sys", "/mnt/my proc");
    }
}
