using System;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, root, and linux.rootfsPropagation.</summary>
[Trait("Lane", "Integration")]
public sealed class RootfsTests : ContainerTest
{
    [Fact]
    public void Path_relative_to_the_bundle() =>
        RunScript("cat /etc/passwd").Stdout.Should().Contain("user:x:1000");

    [Fact]
    public void Path_with_several_elements()
    {
        Container container = NewContainer("""{"root":{"path":"./sub/../sub/rootfs"}}""");
        System.IO.Directory.CreateDirectory(container.Bundle.Directory + "/sub");
        System.IO.Directory.Move(container.Bundle.Rootfs, container.Bundle.Directory + "/sub/rootfs");
        container.RunScript("echo ok").Stdout.Should().Be("ok\n");
    }

    [Fact]
    public void Absolute_path()
    {
        Container container = NewContainer();
        string elsewhere = Directory + "/elsewhere";
        System.IO.Directory.Move(container.Bundle.Rootfs, elsewhere);
        container.Bundle.Config["root"]!["path"] = elsewhere;
        container.RunScript("echo ok").Stdout.Should().Be("ok\n");
    }

    [Fact]
    public void Bundle_is_the_working_directory_by_default()
    {
        Container container = NewContainer();
        container.Bundle.Script("echo ok").Write();
        using Command command = Command.Start(container.Runtime.Path, ["--root", Root, "run", container.Id], directory: container.Bundle.Directory);
        command.Finish().Succeeds().Stdout.Should().Be("ok\n");
    }

    [Fact]
    public void Bundle_relative_to_the_working_directory()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000").Write();
        using Command command = Command.Start(container.Runtime.Path, ["--root", Root, "create", "-b", Path.GetFileName(container.Bundle.Directory), container.Id], directory: Directory);
        command.Finish().Succeeds();
        ((string)container.State()["bundle"]!).Should().Be(container.Bundle.Directory);
    }

    [Fact]
    public void Readonly() =>
        RunScript("touch /file 2>&1; true", """{"root":{"readonly":true}}""").Stdout.Should().Contain("Read-only file system");

    [Fact]
    public void Writable()
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.RunScript("echo written >/file");
        File.ReadAllText(container.Bundle.Rootfs + "/file").Should().Be("written\n");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_of_the_old_root_is_left(bool noPivot)
    {
        Container container = NewContainer();
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        CommandResult result = container.Run(noPivot ? ["--no-pivot"] : []).Succeeds();
        // Every mount is the root or one of the config's; without pivot_root the old root is hidden, not gone.
        string[] own = ["/", "/proc", "/dev", "/sys"];
        MountInfo.Parse(result.Stdout).Should().OnlyContain(mount => own.Any(point => mount.Point == point || mount.Point.StartsWith(point + "/")));
        MountInfo.Parse(result.Stdout).Count(mount => mount.Point == "/").Should().Be(1);
    }

    [Fact]
    public void No_pivot_works_where_pivot_root_cannot()
    {
        // pivot_root(2) refuses when the current root is the initramfs; --no-pivot is for that.
        Container container = NewContainer();
        container.Bundle.Script("ls / | sort | head -n 3");
        container.Run("--no-pivot").Succeeds().Lines.Should().Equal("bin", "dev", "etc");
    }

    [Fact]
    public void Chdir_upwards_stays_inside() =>
        RunScript("cd /; cd ../../../../..; ls etc/passwd; cat /proc/1/root/etc/passwd | head -n 1").Lines.Should().Equal("etc/passwd", "root:x:0:0:root:/root:/bin/sh");

    [Theory]
    [InlineData("private", "")]
    [InlineData("rprivate", "")]
    [InlineData("slave", "")]
    [InlineData("rslave", "")]
    public void Propagation_that_receives_nothing_from_private_mounts(string value, string expected)
    {
        Container container = NewContainer($$"""{"linux":{"rootfsPropagation":"{{value}}"} }""");
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        Propagation(container.Run().Succeeds()).Should().Be(expected);
    }

    [OcirunTheory("runc 1.1.5 makes a shared root private, and refuses unbindable")]
    [InlineData("shared", "shared")]
    [InlineData("rshared", "shared")]
    [InlineData("unbindable", "unbindable")]
    [InlineData("runbindable", "unbindable")]
    public void Propagation_of_its_own(string value, string expected)
    {
        Container container = NewContainer($$"""{"linux":{"rootfsPropagation":"{{value}}"} }""");
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        Propagation(container.Run().Succeeds()).Should().Be(expected);
    }

    [Fact]
    public void Slave_receives_a_later_mount_of_a_shared_host()
    {
        Container container = NewContainer("""{"linux":{"rootfsPropagation":"rslave"}}""");
        string shared = Directory + "/shared";
        System.IO.Directory.CreateDirectory(shared + "/later");
        container.Bundle.Append("mounts", $$"""{"destination":"/mnt","source":"{{shared}}","options":["rbind","rslave"]}""");
        container.Bundle.Script("until [ -e /mnt/later/file ]; do sleep 0.01; done; echo received");
        container.Bundle.Write();
        // In a mount namespace of its own, so that the host gets no shared mount.
        string script = $$"""
            set -e
            mount --bind {{shared}} {{shared}}
            mount --make-shared {{shared}}
            "$@" >{{Directory}}/out & pid=$!
            until "$1" --root {{Root}} state {{container.Id}} 2>/dev/null | grep -q running; do sleep 0.01; done
            mount -t tmpfs later {{shared}}/later
            touch {{shared}}/later/file
            wait $pid
            """;
        Command.Run("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id).Succeeds();
        File.ReadAllText(Directory + "/out").Should().Be("received\n");
    }

    [Fact]
    public void Mounts_of_the_container_do_not_reach_a_shared_host()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"tmpfs","source":"inside"}""").Args("true").Write();
        string script = $$"""
            set -e
            mount --make-rshared /
            mount --bind {{container.Bundle.Rootfs}} {{container.Bundle.Rootfs}}
            cat /proc/self/mountinfo | wc -l >{{Directory}}/before
            "$@"
            cat /proc/self/mountinfo | wc -l >{{Directory}}/after
            """;
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/mnt");
        Command.Run("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id).Succeeds();
        File.ReadAllText(Directory + "/after").Should().Be(File.ReadAllText(Directory + "/before"));
    }

    private static string Propagation(CommandResult mountinfo) =>
        string.Join(' ', MountInfo.Parse(mountinfo.Stdout).Single(mount => mount.Point == "/").Propagation.Select(field => field.Split(':')[0]));
}
