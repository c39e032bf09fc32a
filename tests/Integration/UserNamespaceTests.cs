using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>Containers in user namespaces that root makes: their ids, and what the kernel makes of files, devices and mounts there.</summary>
[Trait("Lane", "Integration")]
public sealed class UserNamespaceTests : ContainerTest
{
    private Container InUserNamespace(string? patch = null)
    {
        Container container = NewContainer(patch);
        container.Bundle.WithUserNamespace();
        if (patch is not null)
            container.Bundle.Patch(patch);
        return container;
    }

    private static IEnumerable<string> Words(IEnumerable<string> lines) =>
        lines.Select(line => string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Uids_and_gids_have_maps_of_their_own()
    {
        Container container = InUserNamespace("""{"linux":{"gidMappings":[{"containerID":0,"hostID":300000,"size":10},{"containerID":100,"hostID":100000,"size":10}]}}""");
        Words(container.RunScript("cat /proc/self/uid_map /proc/self/gid_map").Lines).Should().Equal("0 100000 65536", "0 300000 10", "100 100000 10");
    }

    [Fact]
    public void Message_queues_belong_to_its_root() =>
        InUserNamespace().RunScript("stat -c %u /dev/mqueue").Stdout.Should().Be("0\n");

    [OcirunFact("runc 1.1.5 wants to become root")]
    public void Namespace_without_a_root_has_its_user()
    {
        Container container = InUserNamespace("""
            {"process":{"user":{"uid":1000,"gid":1000},"cwd":"/"},
             "linux":{"uidMappings":[{"containerID":1000,"hostID":100000,"size":1}],"gidMappings":[{"containerID":1000,"hostID":100000,"size":1}]}}
            """);
        // What belongs to nobody's id cannot be made, so there are no mounts that want root.
        container.Bundle.Config["mounts"] = new System.Text.Json.Nodes.JsonArray();
        container.Bundle.Append("mounts", """{"destination":"/proc","type":"proc","source":"proc"}""");
        container.Bundle.Patch("""{"linux":{"maskedPaths":null,"readonlyPaths":null}}""");
        container.Bundle.Append("mounts", """{"destination":"/dev","source":"/dev","options":["rbind"]}""");
        Words(container.RunScript("id -u; id -g; cat /proc/self/uid_map").Lines).Should().Equal("1000", "1000", "1000 100000 1");
    }

    [Fact]
    public void Groups_are_those_of_the_namespace() =>
        InUserNamespace("""{"process":{"user":{"uid":1,"gid":2,"additionalGids":[3,4]}}}""").RunScript("id -G").Stdout.Should().Be("2 3 4\n");

    [OcirunFact("runc has other words")]
    public void Group_that_is_not_mapped_is_an_error()
    {
        InUserNamespace("""{"process":{"user":{"uid":0,"gid":0,"additionalGids":[70000]}}}""").Run()
            .FailsWith("process.user.additionalGids").FailsWith("invalid argument").FailsWith("linux.gidMappings");
        NothingIsLeft();
    }

    [Fact]
    public void Stdio_belongs_to_the_user()
    {
        Container container = InUserNamespace("""{"process":{"user":{"uid":7,"gid":0}}}""");
        string output = Path.Combine(Directory, "output");
        container.Bundle.Script("stat -L -c %u /proc/self/fd/1; echo again >/proc/self/fd/1");
        using Command run = container.StartRun([], redirect: $">{output}");
        run.Finish().Succeeds();
        File.ReadAllLines(output)[^1].Should().Be("again");
        Command.Run("stat", "-c", "%u", output).Stdout.Should().Be("100007\n");
    }

    [Fact]
    public void Devices_are_the_hosts_and_work()
    {
        Container container = InUserNamespace();
        container.RunScript("""
            echo lost >/dev/null && head -c 3 /dev/zero | od -An -tx1
            stat -c '%t:%T' /dev/null /dev/tty
            [ -c /dev/ptmx ] && ls /dev/pts/ptmx
            """).Lines.Should().Equal(" 00 00 00", "1:3", "5:0", "/dev/pts/ptmx");
    }

    [Fact]
    public void Ping_is_allowed_to_the_groups_of_the_namespace()
    {
        Container container = InUserNamespace("""{"linux":{"sysctl":{"net.ipv4.ping_group_range":"0 65535"}},"process":{"user":{"uid":1000,"gid":1000}}}""");
        // socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP) is what ping(8) takes without a capability.
        TinyProgram.Write64(Path.Combine(container.Bundle.Rootfs, "bin/pinger"), 41, 2, 2, 1);
        Words(container.RunScript("cat /proc/sys/net/ipv4/ping_group_range; pinger; echo $?").Lines).Should().Equal("0 65535", "0");
    }

    [OcirunFact("runc has other words")]
    public void Ping_for_groups_that_are_not_mapped_is_an_error()
    {
        InUserNamespace("""{"linux":{"sysctl":{"net.ipv4.ping_group_range":"0 2147483647"}}}""").Run()
            .FailsWith("net.ipv4.ping_group_range").FailsWith("invalid argument");
        NothingIsLeft();
    }

    [Fact]
    public void Hosts_settings_in_proc_and_sys_cannot_be_changed()
    {
        Container container = InUserNamespace("""{"linux":{"readonlyPaths":null,"maskedPaths":null}}""");
        container.RunScript("""
            (echo 1 >/proc/sys/kernel/panic) 2>/dev/null && echo changed
            (echo b >/proc/sysrq-trigger) 2>/dev/null && echo changed
            for file in /sys/kernel/uevent_helper /sys/kernel/profiling /sys/power/state; do
                (echo 1 >$file) 2>/dev/null && echo changed
            done
            (mkdir /sys/fs/cgroup/mine || mkdir /sys/fs/cgroup/pids/mine) 2>/dev/null && echo made
            echo done
            """).Stdout.Should().Be("done\n");
    }

    [OcirunFact("runc 1.1.5 cannot mount a sysfs in a user namespace that has the host's network")]
    public void Sysfs_with_the_hosts_network_is_the_hosts_and_readonly()
    {
        Container container = InUserNamespace();
        container.Bundle.WithoutNamespace("network");
        container.RunScript("grep ' /sys ' /proc/mounts | cut -d' ' -f3-4; ls -d /sys/kernel").Lines
            .Should().HaveCount(2).And.ContainMatch("sysfs ro,*").And.Contain("/sys/kernel");
    }

    [Theory]
    [InlineData("nosuid,nodev", "rw")]
    [InlineData("noexec", "nosuid")]
    [InlineData("ro", "noexec")]
    [InlineData("nosuid,noatime", "ro")]
    public void Bind_mounts_keep_what_the_host_has_locked(string locked, string option)
    {
        Container container = InUserNamespace();
        string source = Directory + "/source";
        System.IO.Directory.CreateDirectory(source);
        container.Bundle.Script("grep ' /mnt ' /proc/mounts | cut -d' ' -f4");
        container.Bundle.Append("mounts", $$"""{"destination":"/mnt","source":"{{source}}","options":["rbind","{{option}}"]}""").Write();
        string script = $"mount -t tmpfs -o {locked} data {source}; exec \"$@\"";
        Command.Run("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id)
            .Succeeds().Stdout.Trim().Split(',').Should().Contain(locked.Split(','));
    }

    [OcirunFact("runc 1.1.5 wants mappings beside the path")]
    public void Joined_namespace_with_others_that_are_new()
    {
        Container owner = InUserNamespace();
        owner.Bundle.Args("sleep", "1000");
        owner.Create().Succeeds();
        Container container = InUserNamespace("""{"process":{"user":{"uid":3,"gid":4,"additionalGids":[5]}},"hostname":"joined"}""");
        container.Bundle.WithNamespace("user", $"/proc/{owner.Pid}/ns/user").Patch("""{"linux":{"uidMappings":null,"gidMappings":null}}""");
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        container.Command("exec", container.Id, "sh", "-c", "id -u; id -G; hostname; readlink /proc/self/ns/user").Succeeds().Lines
            .Should().Equal("3", "4 5", "joined", Linux.Namespace("user", owner.Pid));
        Linux.Namespace("net", container.Pid).Should().NotBe(Linux.Namespace("net", owner.Pid));
    }

    [Fact]
    public void Processes_of_exec_are_the_mapped_user()
    {
        Container container = InUserNamespace();
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        container.Command("exec", "--user", "5:6", container.Id, "sh", "-c", "id -u; id -g; touch /tmp/mine 2>/dev/null || id -u").Succeeds().Lines
            .Should().Equal("5", "6", "5");
        container.Command("exec", "--user", "70000", container.Id, "true").ExitCode.Should().Be(255);
    }
}
