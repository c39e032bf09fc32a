using System;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config-linux.md, namespaces and the user namespace's mappings.</summary>
[Trait("Lane", "Integration")]
public sealed class NamespacesTests : ContainerTest
{
    /// <summary>The config's types and the kernel's names.</summary>
    public static TheoryData<string, string> Types => new()
    {
        { "pid", "pid" },
        { "network", "net" },
        { "ipc", "ipc" },
        { "uts", "uts" },
        { "mount", "mnt" },
        { "cgroup", "cgroup" },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void New_namespace_is_not_the_hosts(string type, string kind)
    {
        Container container = NewContainer();
        container.Bundle.WithNamespace(type);
        container.RunScript($"readlink /proc/self/ns/{kind}").Stdout.TrimEnd().Should()
            .StartWith(kind + ":[").And.NotBe(Linux.Namespace(kind));
    }

    [Theory]
    [InlineData("network", "net")]
    [InlineData("ipc", "ipc")]
    [InlineData("cgroup", "cgroup")]
    [InlineData("user", "user")]
    [InlineData("time", "time")]
    public void Namespace_that_is_not_listed_is_the_hosts(string type, string kind)
    {
        Container container = NewContainer("""{"linux":{"sysctl":null}}""");
        if (type is "network" or "ipc")
            container.Bundle.WithoutNamespace(type);
        if (type == "ipc")
            container.Bundle.Config["mounts"]!.AsArray().Remove(container.Bundle.Config["mounts"]!.AsArray().First(mount => (string)mount!["type"]! == "mqueue"));
        container.RunScript($"readlink /proc/self/ns/{kind}").Stdout.TrimEnd().Should().Be(Linux.Namespace(kind));
    }

    [Fact]
    public void Without_a_uts_namespace_the_hostname_is_the_hosts()
    {
        Container container = NewContainer("""{"hostname":null}""");
        container.Bundle.WithoutNamespace("uts");
        container.RunScript("hostname").Stdout.TrimEnd().Should().Be(Environment.MachineName);
    }

    [OcirunFact("runc 1.1.5 leaves the mounts behind")]
    public void Without_a_mount_namespace_the_mounts_are_the_hosts_until_delete()
    {
        Container container = NewContainer("""{"linux":{"maskedPaths":null,"readonlyPaths":null}}""");
        container.Bundle.WithoutNamespace("mount").Script("sleep 100");
        container.Create().Succeeds();
        Linux.Namespace("mnt", container.Pid).Should().Be(Linux.Namespace("mnt"));
        MountInfo.OfSelf().Should().Contain(mount => mount.Point == container.Bundle.Rootfs + "/proc");
        container.Delete("--force").Succeeds();
        MountInfo.OfSelf().Should().NotContain(mount => mount.Point.StartsWith(container.Bundle.Rootfs));
    }

    [Fact]
    public void Without_a_pid_namespace_the_process_has_a_pid_of_the_host()
    {
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("pid");
        int.Parse(container.RunScript("echo $$").Stdout).Should().BeGreaterThan(1);
    }

    [Theory]
    [InlineData("pid", "pid")]
    [InlineData("network", "net")]
    [InlineData("ipc", "ipc")]
    [InlineData("uts", "uts")]
    [InlineData("cgroup", "cgroup")]
    public void Namespace_is_joined_by_path(string type, string kind)
    {
        Container owner = NewContainer();
        owner.Bundle.WithNamespace("cgroup").Args("sleep", "1000");
        owner.Create().Succeeds();
        owner.Start().Succeeds();
        string identity = Linux.Namespace(kind, owner.Pid);

        Container container = NewContainer("""{"hostname":null}""");
        container.Bundle.WithNamespace(type, $"/proc/{owner.Pid}/ns/{kind}");
        container.RunScript($"readlink /proc/self/ns/{kind}").Stdout.TrimEnd().Should().Be(identity);
    }

    [Fact]
    public void Joined_pid_namespace_shows_its_processes()
    {
        Container owner = NewContainer();
        owner.Bundle.Args("sleep", "1234");
        owner.Create().Succeeds();
        owner.Start().Succeeds();

        Container container = NewContainer();
        container.Bundle.WithNamespace("pid", $"/proc/{owner.Pid}/ns/pid");
        container.RunScript("ps -o pid,args").Lines.Should().ContainMatch("*1 sleep 1234");
    }

    [Fact]
    public void Mount_namespace_is_joined_by_path()
    {
        string pidFile = Directory + "/holder";
        using Command holder = Command.Start("unshare", ["--mount", "--propagation", "private", "sh", "-c", $"mount -t tmpfs held /mnt && echo $$ >{pidFile}.new && mv {pidFile}.new {pidFile}; exec sleep 1000"]);
        Wait.Until(() => File.Exists(pidFile), "the holder of the mount namespace runs");
        string identity = Linux.Namespace("mnt", int.Parse(File.ReadAllText(pidFile)));

        Container container = NewContainer();
        container.Bundle.WithNamespace("mount", $"/proc/{File.ReadAllText(pidFile).Trim()}/ns/mnt").Args("true");
        container.Create().Succeeds();
        Linux.Namespace("mnt", container.Pid).Should().Be(identity);
        container.Delete("--force").Succeeds();
        holder.Signal(9);
    }

    [OcirunFact("runc 1.1.5 is older than the time namespace")]
    public void Time_namespace_is_joined_by_path()
    {
        Container owner = NewContainer("""{"linux":{"timeOffsets":{"monotonic":{"secs":4321}}}}""");
        owner.Bundle.WithNamespace("time").Args("sleep", "1000");
        owner.Create().Succeeds();
        owner.Start().Succeeds();

        Container container = NewContainer();
        container.Bundle.WithNamespace("time", $"/proc/{owner.Pid}/ns/time");
        container.RunScript("readlink /proc/self/ns/time; cat /proc/self/timens_offsets").Lines.Select(Words)
            .Should().StartWith([Linux.Namespace("time", owner.Pid), "monotonic 4321 0"]);
    }

    [OcirunTheory("runc 1.1.5 changes the root of the host")]
    [InlineData("/proc/self/ns/mnt")]
    [InlineData("/proc/thread-self/ns/mnt")]
    [InlineData("/proc/self/fd/9")]
    [InlineData("/proc/$$/ns/mnt")]
    public void The_runtimes_own_mount_namespace_is_refused(string path)
    {
        // In a mount namespace that is not the host's: a runtime that failed the test would take the root from everybody in it.
        Container container = NewContainer();
        container.Bundle.WithNamespace("mount", "/own").Args("true").Write();
        Command.Run("unshare", "--mount", "--propagation", "private", "sh", "-c", $"""
            sed -i "s:\"/own\":\"{path}\":" {container.Bundle.ConfigPath}
            exec 9</proc/self/ns/mnt
            before=$(cat /proc/self/mountinfo)
            {Runtime.UnderTest.Path} --root {Root} run --bundle {container.Bundle.Directory} {container.Id} && exit 2
            [ "$before" = "$(cat /proc/self/mountinfo)" ] || exit 3
            exit 1
            """).FailsWith("linux.namespaces").FailsWith("the runtime's own mount namespace");
        NothingIsLeft();
    }

    [OcirunTheory("runc 1.1.5 does not know all of them, and says of others only that the argument is invalid")]
    [InlineData("network", "ipc")]
    [InlineData("pid", "net")]
    [InlineData("uts", "mnt")]
    [InlineData("mount", "user")]
    [InlineData("ipc", "uts")]
    [InlineData("user", "pid")]
    [InlineData("cgroup", "time")]
    [InlineData("time", "cgroup")]
    public void Path_of_another_type_is_refused(string type, string kind)
    {
        Container container = NewContainer();
        container.Bundle.WithNamespace(type, $"/proc/self/ns/{kind}");
        container.Run().FailsWith($"/proc/self/ns/{kind} is a ").Stderr.Should().Contain($"not a {type} namespace");
        NothingIsLeft();
    }

    [OcirunTheory("runc 1.1.5 does not name the path")]
    [InlineData("/etc/passwd")]
    [InlineData("/no/such/file")]
    public void Path_that_is_no_namespace_is_refused(string path)
    {
        Container container = NewContainer();
        container.Bundle.WithNamespace("network", path);
        container.Run().FailsWith(path);
        NothingIsLeft();
    }

    [Fact]
    public void Loopback_is_up_in_a_new_network_namespace() =>
        RunScript("ip addr show lo; ping -c 1 -W 5 127.0.0.1", """{"process":{"capabilities":{"bounding":["CAP_NET_RAW"],"effective":["CAP_NET_RAW"],"permitted":["CAP_NET_RAW"]}}}""")
            .Stdout.Should().MatchRegex("<LOOPBACK,UP,LOWER_UP>").And.Contain("127.0.0.1/8").And.Contain("1 packets received");

    [Fact]
    public void User_namespace_has_the_configs_mappings()
    {
        Container container = NewContainer();
        container.Bundle.WithUserNamespace(hostId: 200000, size: 1000);
        container.RunScript("id -u; cat /proc/self/uid_map /proc/self/gid_map").Lines.Select(Words).Should().Equal("0", "0 200000 1000", "0 200000 1000");
    }

    [Fact]
    public void User_namespace_with_several_mappings()
    {
        Container container = NewContainer("""{"process":{"user":{"uid":5,"gid":5}}}""");
        container.Bundle.WithUserNamespace().Patch("""
            {"linux":{"uidMappings":[{"containerID":0,"hostID":100000,"size":5},{"containerID":5,"hostID":300000,"size":10}],
                      "gidMappings":[{"containerID":0,"hostID":100000,"size":5},{"containerID":5,"hostID":300000,"size":10}]}}
            """);
        container.RunScript("id -u; id -g; cat /proc/self/uid_map").Lines.Select(Words).Should().Equal("5", "5", "0 100000 5", "5 300000 10");
    }

    [Fact]
    public void User_namespaces_process_is_the_mapped_user_on_the_host()
    {
        Container container = NewContainer();
        container.Bundle.WithUserNamespace().Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        File.ReadAllLines($"/proc/{container.Pid}/status").Should().Contain("Uid:\t100000\t100000\t100000\t100000");
    }

    [OcirunFact("runc 1.1.5 wants mappings beside the path")]
    public void User_namespace_is_joined_by_path()
    {
        Container owner = NewContainer();
        owner.Bundle.WithUserNamespace().Args("sleep", "1000");
        owner.Create().Succeeds();
        owner.Start().Succeeds();

        Container container = NewContainer();
        container.Bundle.WithUserNamespace().WithNamespace("user", $"/proc/{owner.Pid}/ns/user").Patch("""{"linux":{"uidMappings":null,"gidMappings":null}}""");
        container.RunScript("readlink /proc/self/ns/user; id -u").Lines.Should().Equal(Linux.Namespace("user", owner.Pid), "0");
    }

    [OcirunFact("runc 1.1.5 is older than the time namespace")]
    public void Time_namespace_has_the_configs_offsets()
    {
        Container container = NewContainer("""{"linux":{"timeOffsets":{"boottime":{"secs":500000},"monotonic":{"secs":123456,"nanosecs":5}}}}""");
        container.Bundle.WithNamespace("time");
        CommandResult result = container.RunScript("cat /proc/self/timens_offsets; readlink /proc/self/ns/time; cut -d. -f1 /proc/uptime");
        result.Lines.Take(2).Select(Words).Should().Equal("monotonic 123456 5", "boottime 500000 0");
        result.Lines[2].Should().NotBe(Linux.Namespace("time"));
        long.Parse(result.Lines[3]).Should().BeGreaterThan(500000);
    }

    [OcirunFact("runc 1.1.5 is older than the time namespace")]
    public void Offsets_are_set_whatever_is_at_proc_in_a_mount_namespace_that_is_joined()
    {
        string pidFile = Directory + "/holder";
        using Command holder = Command.Start("unshare", ["--mount", "--propagation", "private", "sh", "-c", $"echo $$ >{pidFile}.new; mount -t tmpfs other /proc && mv {pidFile}.new {pidFile}; exec sleep 1000"]);
        Wait.Until(() => File.Exists(pidFile), "the holder of the mount namespace runs");

        Container container = NewContainer("""{"linux":{"timeOffsets":{"monotonic":{"secs":123456}}}}""");
        container.Bundle.WithNamespace("time").WithNamespace("mount", $"/proc/{File.ReadAllText(pidFile).Trim()}/ns/mnt").Args("true");
        container.Create().Succeeds();
        File.ReadAllLines($"/proc/{container.Pid}/timens_offsets").Select(Words).Should().Contain("monotonic 123456 0");
        container.Delete("--force").Succeeds();
        holder.Signal(9);
    }

    private static string Words(string line) => string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
