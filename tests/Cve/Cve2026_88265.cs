using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// crun up to 1.29.1, where nothing is mounted on <c>/dev</c>: a standard stream that was the null device became whatever
/// <c>/dev/null</c> of the image led to, and got the container's user as its owner. A device was taken for the null device
/// by its number alone. (crun 1.8.1 and runc 1.1.5 take a file of the image, a FIFO and another device.)
/// </summary>
/// <remarks>Seen to fall when the <c>/dev/null</c> of the image is not verified.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2026_88265 : ContainerTest
{
    [OcirunTheory("runc 1.1.5 opens whatever is there")]
    [InlineData("ln -s HOST/secret DEV/null")]
    [InlineData("ln -s ../../../../../../HOST/secret DEV/null")]
    [InlineData("ln -s /proc/1/root/HOST/secret DEV/null")]
    [InlineData("ln -s /inside DEV/null")]
    [InlineData("cp HOST/secret DEV/null")]
    [InlineData("mknod DEV/null b 1 3")]
    [InlineData("mknod DEV/null c 1 5")]
    [InlineData("mkfifo DEV/null")]
    public void Something_else_in_the_place_of_the_null_device(string make)
    {
        string host = Directory + "/host";
        System.IO.Directory.CreateDirectory(host);
        File.WriteAllText(host + "/secret", "the host's\n");
        Container container = NewContainer("""{"root":{"readonly":false},"process":{"user":{"uid":1000,"gid":1000}},"linux":{"maskedPaths":[]},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}]}""");
        container.Bundle.File("/inside", "inside\n");
        Command.Shell(make.Replace("HOST", host).Replace("DEV", container.Bundle.Rootfs + "/dev")).Succeeds();
        container.Bundle.Script("echo started >&2; cat; echo written");
        string output = Directory + "/output";
        using Command run = container.StartRun([], redirect: $"</dev/null >/dev/null 2>{output}");
        run.Finish().ExitsWith(1);
        File.ReadAllText(output).Should().NotContain("started").And.NotContain("the host's");
        File.ReadAllText(host + "/secret").Should().Be("the host's\n");
        Command.Run("stat", "-c", "%u", host + "/secret").Succeeds().Stdout.Should().Be("0\n");
        Command.Run("stat", "-c", "%u", container.Bundle.Rootfs + "/inside").Succeeds().Stdout.Should().Be("0\n");
        NothingIsLeft();
    }
}
