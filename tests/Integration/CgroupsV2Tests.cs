using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config-linux.md, cgroups, on a machine with cgroup v2 alone: what the kernel's files say and what the container sees.</summary>
[Trait("Lane", "Integration")]
public sealed class CgroupsV2Tests : ContainerTest
{
    private const string Writable = """{"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup","options":["nosuid","noexec","nodev","rw"]}""";

    private static string Resources(string resources) => "{\"linux\":{\"resources\":{" + resources + "}}}";

    private Container Running(string? patch = null, string script = "exec sleep 1000")
    {
        Container container = NewContainer(patch);
        container.Bundle.Script(script);
        container.Create().Succeeds();
        container.Start().Succeeds();
        return container;
    }

    // The cgroup file system writable, as in a container that runs systemd.
    private static void MakeCgroupWritable(Container container)
    {
        var mounts = container.Bundle.Config["mounts"]!.AsArray();
        mounts.Remove(mounts.First(mount => (string)mount!["destination"]! == "/sys/fs/cgroup"));
        container.Bundle.Append("mounts", Writable).WithNamespace("cgroup");
    }

    [CgroupV2Fact]
    public void The_process_is_born_in_its_cgroup()
    {
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("cgroup").Script("cat /proc/self/cgroup").Write();
        CommandResult result = Command.Run(
            "strace", "-f", "-qq", "-e", "trace=clone3", Runtime.UnderTest.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id).Succeeds();
        result.Lines.Should().Contain(line => line.StartsWith("0::/") && line.EndsWith("/" + container.Id));
        result.Stderr.Should().Contain("CLONE_INTO_CGROUP");
    }

    [CgroupV2Fact]
    public void Controllers_are_passed_on_from_the_top()
    {
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["cgroupsPath"] = $"/{Token}-a/{Token}-b/{container.Id}";
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        string[] all = File.ReadAllText(Cgroups.Root + "/cgroup.controllers").Split();
        container.CgroupDirectories().Should().Equal($"{Cgroups.Root}/{Token}-a/{Token}-b/{container.Id}");
        foreach (string level in new[] { $"/{Token}-a", $"/{Token}-a/{Token}-b" })
            File.ReadAllText(Cgroups.Root + level + "/cgroup.subtree_control").Split().Should().BeEquivalentTo(all);
        File.ReadAllText($"{Cgroups.Root}/{Token}-a/{Token}-b/{container.Id}/cgroup.controllers").Split().Should().BeEquivalentTo(all);
        File.ReadAllText($"{Cgroups.Root}/{Token}-a/{Token}-b/{container.Id}/cgroup.subtree_control").Trim().Should().BeEmpty();
        container.Delete("--force").Succeeds();
        System.IO.Directory.Delete($"{Cgroups.Root}/{Token}-a/{Token}-b");
        System.IO.Directory.Delete($"{Cgroups.Root}/{Token}-a");
    }

    [CgroupV2Fact]
    public void Unified_wins_over_the_converted_value()
    {
        Container container = Running(Resources("""
            "memory":{"limit":67108864,"swap":100663296},"cpu":{"shares":512,"burst":1000,"quota":50000},"blockIO":{"weight":500},
            "unified":{"memory.max":"50331648","memory.high":"33554432","cpu.weight":"77","pids.max":"31"}
            """));
        container.Cgroup("memory.max").Should().Be("50331648");
        container.Cgroup("memory.high").Should().Be("33554432");
        container.Cgroup("memory.swap.max").Should().Be("33554432");
        container.Cgroup("cpu.weight").Should().Be("77");
        container.Cgroup("cpu.max.burst").Should().Be("1000");
        container.Cgroup("io.weight").Should().Be("default 4950");
        container.Cgroup("pids.max").Should().Be("31");
    }

    [CgroupV2Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_cgroup_namespace_decides_what_is_seen(bool ownNamespace)
    {
        Container container = NewContainer(Resources("\"pids\":{\"limit\":77}"));
        if (!ownNamespace)
            container.Bundle.WithoutNamespace("cgroup");
        string place = container.RunScript("cat /proc/self/cgroup").Stdout.Trim()[3..];
        place.Should().Match(ownNamespace ? "/" : "*/" + container.Id);
        string[] lines = container.RunScript($"cat /sys/fs/cgroup{place}/pids.max; ls -d /sys/fs/cgroup/*/; cat /proc/self/mountinfo").Lines;
        lines[0].Should().Be("77");
        lines.Any(line => line.EndsWith(container.Id + "/")).Should().Be(!ownNamespace && place.LastIndexOf('/') == 0);
        MountInfo mount = MountInfo.Parse(string.Join('\n', lines.Where(line => line.Contains(" - ")))).Single(mount => mount.Point == "/sys/fs/cgroup");
        mount.Type.Should().Be("cgroup2");
        mount.Options.Should().Contain(["ro", "nosuid", "nodev", "noexec"]);
    }

    [CgroupV2Fact]
    public void The_root_of_a_user_namespace_owns_its_writable_cgroup() => OwnsItsCgroup(NewContainer());

    [SystemdV2Fact]
    [Trait("Lane", "Systemd")]
    public void The_root_of_a_user_namespace_owns_its_writable_scope()
    {
        Container container = NewContainer();
        container.GlobalFlags.Add("--systemd-cgroup");
        OwnsItsCgroup(container);
    }

    private void OwnsItsCgroup(Container container)
    {
        MakeCgroupWritable(container);
        container.Bundle.WithUserNamespace().Script("""
            cd /sys/fs/cgroup && mkdir inner && echo $$ >inner/cgroup.procs && echo +pids >cgroup.subtree_control && echo 9 >inner/pids.max
            cat inner/pids.max; (echo 1 >pids.max) 2>/dev/null || echo own limits stay; exec sleep 1000
            """);
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Contains("stay"), "the container has made a cgroup", () => run.Stdout + run.Stderr);
        run.Stdout.Should().Be("9\nown limits stay\n");
        string directory = container.CgroupDirectories().Single();
        string owners = Command.Shell($"cd {directory}; stat -c '%n %u' . *").Succeeds().Stdout;
        foreach (string file in new[] { ".", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control" })
            owners.Should().MatchRegex($"(?m)^{file.Replace(".", "\\.")} 100000$");
        owners.Should().MatchRegex("(?m)^pids\\.max 0$").And.MatchRegex("(?m)^memory\\.max 0$");

        // The container's own cgroup takes no process any more: exec follows the init.
        container.Command("exec", container.Id, "cat", "/proc/self/cgroup").Succeeds().Stdout.Should().Be("0::/inner\n");
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [CgroupV2Fact]
    public void Without_the_kernels_list_three_files_change_owners()
    {
        Container container = NewContainer();
        MakeCgroupWritable(container);
        container.Bundle.WithUserNamespace().Args("sleep", "1000");
        // In a user namespace sysfs cannot be mounted where a part of the runtime's own is covered.
        var mounts = container.Bundle.Config["mounts"]!.AsArray();
        mounts.Remove(mounts.First(mount => (string)mount!["destination"]! == "/sys"));
        container.Bundle.Write();
        Command.Run(
            "unshare", "--mount", "--propagation", "private", "sh", "-c", "mount -t tmpfs none /sys/kernel/cgroup && exec \"$@\"", "sh",
            Runtime.UnderTest.Path, "--root", Root, "create", "--bundle", container.Bundle.Directory, container.Id).Succeeds();
        Command.Shell($"cd {container.CgroupDirectories().Single()} && stat -c '%n %u' . * | grep -v ' 0$'").Succeeds().Lines
            .Should().BeEquivalentTo(". 100000", "cgroup.procs 100000", "cgroup.subtree_control 100000", "cgroup.threads 100000");
    }

    [CgroupV2Fact]
    public void A_readonly_cgroup_stays_the_hosts()
    {
        Container container = NewContainer();
        container.Bundle.WithNamespace("cgroup").WithUserNamespace().Args("sleep", "1000");
        container.Create().Succeeds();
        Command.Run("stat", "-c", "%u", container.CgroupDirectories().Single()).Succeeds().Stdout.Should().Be("0\n");
    }

    [CgroupV2Fact]
    public void Paused_means_frozen_and_a_paused_container_can_be_deleted()
    {
        Container container = Running();
        container.Command("pause", container.Id).Succeeds();
        container.Cgroup("cgroup.freeze").Should().Be("1");
        container.Cgroup("cgroup.events").Should().Contain("frozen 1");
        container.Status.Should().Be("paused");
        container.Command("resume", container.Id).Succeeds();
        container.Cgroup("cgroup.events").Should().Contain("frozen 0");
        container.Status.Should().Be("running");
        container.Command("pause", container.Id).Succeeds();
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [CgroupV2Fact]
    public void Delete_takes_nested_cgroups_and_their_processes_away()
    {
        Container container = NewContainer();
        MakeCgroupWritable(container);
        container.Bundle.WithoutNamespace("pid").Script("""
            cd /sys/fs/cgroup; mkdir -p a/b c; sleep 1000 & echo $! >a/b/cgroup.procs; sleep 1000 & echo $! >c/cgroup.procs; echo ready; exec sleep 1000
            """);
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Contains("ready"), "the cgroups are there", () => run.Stderr);
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }
}
