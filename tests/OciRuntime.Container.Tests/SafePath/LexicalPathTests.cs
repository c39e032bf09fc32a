using FluentAssertions;
using OciRuntime.Container.SafePath;
using Xunit;

namespace OciRuntime.Container.Tests.SafePath;

public class LexicalPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("", "/")]
    [InlineData("/proc", "/proc")]
    [InlineData("proc/", "/proc")]
    [InlineData("//proc///sys//", "/proc/sys")]
    [InlineData("/a/./b/../c", "/a/c")]
    [InlineData("/../../..", "/")]
    [InlineData("../../etc", "/etc")]
    [InlineData("/.hidden/..x", "/.hidden/..x")]
    public void Clean(string path, string expected) => LexicalPath.Clean(path).Should().Be(expected);

    [Theory]
    [InlineData("/proc", "/proc", true)]
    [InlineData("/proc/sys", "/proc", true)]
    [InlineData("/process", "/proc", false)]
    [InlineData("/x", "/", true)]
    public void Inside(string path, string directory, bool expected) => LexicalPath.IsInside(path, directory).Should().Be(expected);

    [Theory]
    [InlineData("rootfs", "/b", "/b/rootfs")]
    [InlineData("../rootfs", "/a/b", "/a/rootfs")]
    [InlineData("/rootfs/", "/b", "/rootfs")]
    public void Absolute(string path, string directory, string expected) => LexicalPath.Absolute(path, directory).Should().Be(expected);

    [Theory]
    [InlineData("/", "/", "")]
    [InlineData("/dev", "/", "dev")]
    [InlineData("/dev/net/tun", "/dev/net", "tun")]
    public void ParentAndName(string path, string parent, string name)
    {
        LexicalPath.Parent(path).Should().Be(parent);
        LexicalPath.Name(path).Should().Be(name);
    }
}
