using System;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config-linux.md, default devices, linux.devices, masked and readonly paths.</summary>
[Trait("Lane", "Integration")]
public sealed class DevicesTests : ContainerTest
{
    private const string Fuse = """{"linux":{"devices":[{"path":"/dev/mine/fuse","type":"c","major":10,"minor":229,"fileMode":432,"uid":1000,"gid":1001}]}}""";

    [Fact]
    public void Default_devices_and_links()
    {
        CommandResult result = RunScript("""
            for d in null zero full random urandom tty; do stat -c '%n %F %t:%T %a' /dev/$d; done
            for l in fd stdin stdout stderr ptmx; do echo $l $(readlink /dev/$l); done
            """);
        result.Lines.Should().Equal(
            "/dev/null character special file 1:3 666",
            "/dev/zero character special file 1:5 666",
            "/dev/full character special file 1:7 666",
            "/dev/random character special file 1:8 666",
            "/dev/urandom character special file 1:9 666",
            "/dev/tty character special file 5:0 666",
            "fd /proc/self/fd",
            "stdin /proc/self/fd/0",
            "stdout /proc/self/fd/1",
            "stderr /proc/self/fd/2",
            "ptmx pts/ptmx");
    }

    [Fact]
    public void Default_devices_work() =>
        RunScript("echo gone >/dev/null && head -c 4 /dev/zero | hexdump -e '4/1 \"%d\"' && head -c 1 /dev/urandom | wc -c").Stdout.Should().Be("00001\n");

    [Fact]
    public void Character_device_with_mode_and_owner() =>
        RunScript("stat -c '%F %t:%T %a %u %g' /dev/mine/fuse", Fuse).Stdout.Should().Be("character special file a:e5 660 1000 1001\n");

    [Fact]
    public void Unbuffered_block_and_fifo() =>
        RunScript(
            "stat -c '%F %t:%T' /dev/b /dev/u; stat -c '%F %a' /dev/p",
            """{"linux":{"devices":[{"path":"/dev/b","type":"b","major":8,"minor":0},{"path":"/dev/u","type":"u","major":1,"minor":3},{"path":"/dev/p","type":"p","fileMode":384}]}}""")
            .Lines.Should().Equal("block special file 8:0", "character special file 1:3", "fifo 600");

    [OcirunFact("runc does not say it")]
    public void Bits_of_a_mode_that_no_device_can_have_are_named()
    {
        // A character device as stat(2) shows it, and as Go's os.FileMode does.
        CommandResult result = RunScript(
            "stat -c '%F %a' /dev/a /dev/b",
            """{"linux":{"devices":[{"path":"/dev/a","type":"c","major":1,"minor":3,"fileMode":8630},{"path":"/dev/b","type":"b","major":8,"minor":0,"fileMode":67109302}]}}""");
        result.Lines.Should().Equal("character special file 666", "block special file 666");
        result.Stderr.Should().Contain("linux.devices[1].fileMode: 67109302 is more than 4095 (07777), and counts as 438").And.NotContain("devices[0]");
    }

    [Fact]
    public void Device_of_the_config_replaces_a_default_one() =>
        RunScript("stat -c '%t:%T %a' /dev/full", """{"linux":{"devices":[{"path":"/dev/full","type":"c","major":1,"minor":7,"fileMode":384}]}}""")
            .Stdout.Should().Be("1:7 600\n");

    [Fact]
    public void Devices_are_bound_from_the_host_in_a_user_namespace()
    {
        Container container = NewContainer();
        container.Bundle.WithUserNamespace();
        container.RunScript("stat -c '%t:%T' /dev/null; echo x >/dev/null && echo works; grep -c ' /dev/null ' /proc/mounts").Lines.Should().Equal("1:3", "works", "1");
    }

    // /dev/mine/kmsg is nothing on the host, and /dev/kmsg another device.
    [OcirunFact("runc takes the path for the host's")]
    public void In_a_user_namespace_a_device_may_have_another_path_than_on_the_host()
    {
        Container container = NewContainer("""
            {"linux":{"devices":[{"path":"/dev/mine/kmsg","type":"c","major":1,"minor":11},{"path":"/dev/kmsg","type":"c","major":1,"minor":5}]}}
            """);
        container.Bundle.WithUserNamespace();
        container.RunScript("stat -c '%F %t:%T' /dev/mine/kmsg /dev/kmsg; head -c 3 /dev/kmsg | wc -c").Lines
            .Should().Equal("character special file 1:b", "character special file 1:5", "3");
    }

    [OcirunFact("runc says only that there is no such file")]
    public void In_a_user_namespace_a_device_that_the_host_lacks_is_an_error()
    {
        Container container = NewContainer("""{"linux":{"devices":[{"path":"/dev/absent","type":"b","major":4095,"minor":7}]}}""");
        container.Bundle.WithUserNamespace();
        container.Create().FailsWith("device /dev/absent: the host has no node of the device b 4095:7");
        NothingIsLeft();
    }

    [Fact]
    public void Device_list_lets_only_what_it_names()
    {
        // fuse and loop-control: opening them asks for no capability.
        Container container = NewContainer("""
            {"linux":{"devices":[{"path":"/dev/allowed","type":"c","major":10,"minor":229,"fileMode":438},{"path":"/dev/refused","type":"c","major":10,"minor":237,"fileMode":438}],
                      "resources":{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":10,"minor":229,"access":"r"}]}}}
            """);
        CommandResult result = container.RunScript("(: </dev/allowed) 2>&1 && echo allowed; (: </dev/refused) 2>&1; (: >/dev/allowed) 2>&1; true");
        result.Lines[0].Should().Be("allowed");
        result.Stdout.Should().Contain("can't open /dev/refused: Operation not permitted").And.Contain("can't create /dev/allowed: Operation not permitted");
    }

    [Fact]
    public void Without_a_list_only_the_default_devices_are_let()
    {
        Container container = NewContainer();
        container.Bundle.Config["linux"]!.AsObject().Remove("resources");
        foreach (string set in new[] { "bounding", "effective", "permitted" })
            container.Bundle.Append("process.capabilities." + set, "\"CAP_MKNOD\"");
        container.RunScript("mknod /dev/other c 10 237 && (: </dev/other) 2>&1; : </dev/zero && echo zero").Stdout
            .Should().Contain("can't open /dev/other: Operation not permitted").And.EndWith("\nzero\n");
    }

    [Fact]
    public void Device_list_keeps_the_defaults_usable() =>
        RunScript("echo x >/dev/null && head -c 1 /dev/zero | wc -c && : </dev/urandom").Stdout.Should().Be("1\n");

    [Fact]
    public void Masked_file_is_empty_and_masked_directory_is_an_empty_readonly_one()
    {
        Container container = NewContainer("""{"linux":{"maskedPaths":["/secret/file","/secret/directory","/not/there"]}}""");
        container.Bundle.File("/secret/file", "secret").File("/secret/directory/file", "secret");
        container.RunScript("cat /secret/file | wc -c; ls -A /secret/directory | wc -l; touch /secret/directory/x 2>/dev/null || echo refused")
            .Lines.Should().Equal("0", "0", "refused");
    }

    [Fact]
    public void Masked_path_may_be_a_symbolic_link_inside()
    {
        Container container = NewContainer("""{"linux":{"maskedPaths":["/link"]}}""");
        container.Bundle.File("/secret/file", "secret");
        System.IO.File.CreateSymbolicLink(container.Bundle.Rootfs + "/link", "/secret");
        container.RunScript("ls -A /secret/ | wc -l").Stdout.Should().Be("0\n");
    }

    [Fact]
    public void Readonly_paths_refuse_writing()
    {
        Container container = NewContainer("""{"root":{"readonly":false},"linux":{"readonlyPaths":["/data","/data2/file","/not/there"]}}""");
        container.Bundle.File("/data/file", "x").File("/data2/file", "x");
        container.RunScript("echo y 2>/dev/null >/data/file || echo refused; echo y 2>/dev/null >/data2/file || echo refused; echo y >/data2/other && cat /data/file")
            .Lines.Should().Equal("refused", "refused", "x");
    }

    [Fact]
    public void Readonly_path_keeps_the_flags_of_its_mount()
    {
        Container container = NewContainer();
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        MountInfo.Parse(container.Run().Succeeds().Stdout).Where(mount => mount.Point.StartsWith("/proc/", StringComparison.Ordinal))
            .Should().Contain(mount => mount.Point == "/proc/sys" && mount.Options.Contains("ro"));
    }
}
