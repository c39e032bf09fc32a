using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>Sentences of the specification that no other test is about (conformance/requirements.tsv).</summary>
[Trait("Lane", "Integration")]
public sealed class RequirementTests : ContainerTest
{
    private CommandResult RunUnder(Container container, params string[] prefix)
    {
        container.Bundle.Write();
        return Command.Run(prefix[0], [.. prefix[1..], .. container.Words()]);
    }

    [OcirunFact("runc 1.1.5 fails: the specification said so then")]
    public void A_capability_that_the_runtime_lacks_is_a_warning()
    {
        Container container = NewContainer();
        foreach (string set in new[] { "bounding", "effective", "inheritable", "permitted", "ambient" })
            container.Bundle.Config["process"]!["capabilities"]![set] = new JsonArray("CAP_KILL", "CAP_SYS_TIME");
        container.Bundle.Script("grep ^Cap /proc/self/status");
        CommandResult result = RunUnder(container, "setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time").Succeeds();
        result.Lines.Should().HaveCount(5).And.OnlyContain(line => line.EndsWith("\t0000000000000020"));
        result.Stderr.Split('\n').Should().ContainSingle(line => line.Contains("CAP_SYS_TIME"));
    }

    [Fact]
    public void Without_oomScoreAdj_the_callers_stays()
    {
        Container container = NewContainer();
        container.Bundle.Args("cat", "/proc/self/oom_score_adj");
        RunUnder(container, "sh", "-c", "echo 123 >/proc/self/oom_score_adj; exec \"$0\" \"$@\"").Succeeds().Stdout.Should().Be("123\n");
    }

    [Theory]
    [InlineData("""{"height":70000,"width":70000}""")]
    [InlineData("""{"height":24}""")]
    [InlineData("{}")]
    public void Console_size_without_a_terminal_is_ignored(string size) =>
        RunScript("[ -t 0 ] || echo none", $$"""{"process":{"terminal":false,"consoleSize":{{size}} } }""").Stdout.Should().Be("none\n");

    [Fact]
    public void Mappings_leave_the_owners_of_files_alone()
    {
        Container container = NewContainer();
        container.Bundle.WithUserNamespace().File("/file", "text").Script("stat -c %u /file");
        string host = container.Bundle.Rootfs + "/file";
        Linux.Chown(host, 1234, 1234);
        container.Run().Succeeds().Stdout.Should().Be("65534\n");
        Command.Run("stat", "-c", "%u", host).Succeeds().Stdout.Should().Be("1234\n");
    }

    [OcirunTheory("runc binds over it in a user namespace")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_device_does_not_take_the_place_of_another_file(bool userNamespace)
    {
        Container container = NewContainer("""{"linux":{"devices":[{"path":"/dev/full","type":"c","major":1,"minor":7}]}}""");
        if (userNamespace)
            container.Bundle.WithUserNamespace();
        container.Bundle.Append("mounts", """{"destination":"/dev/full","source":"/etc/passwd","options":["bind","ro"]}""").Args("true");
        container.Run().FailsWith("/dev/full exists and is not the device");
        NothingIsLeft();
    }

    [Fact]
    public void Remount_changes_a_mount_of_the_list()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"tmpfs","source":"tmpfs"}""")
            .Append("mounts", """{"destination":"/mnt","type":"tmpfs","source":"tmpfs","options":["remount","ro"]}""")
            .Args("cat", "/proc/self/mountinfo");
        MountInfo mount = MountInfo.Parse(container.Run().Succeeds().Stdout).Should().ContainSingle(mount => mount.Point == "/mnt").Subject;
        mount.Options.Concat(mount.SuperOptions).Should().Contain("ro");
    }

    [Fact]
    public void Remount_of_a_bind_mount_needs_no_source()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/mnt","source":"/etc","options":["bind"]}""")
            .Append("mounts", """{"destination":"/mnt","options":["bind","remount","ro","nodev"]}""")
            .Args("cat", "/proc/self/mountinfo");
        MountInfo mount = MountInfo.Parse(container.Run().Succeeds().Stdout).Should().ContainSingle(mount => mount.Point == "/mnt").Subject;
        mount.Root.Should().Be("/etc");
        mount.Options.Should().Contain(["ro", "nodev"]);
    }

    [Theory]
    [InlineData("{\"org.example.new\":\"\",\"org.opencontainers.new\":\"x\"}")]
    public void Unknown_annotations_are_no_error(string annotations) =>
        RunScript("echo runs", $$"""{"annotations":{{annotations}}}""").Stdout.Should().Be("runs\n");

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"a\":{}}")]
    public void Annotations_are_a_map_of_strings(string annotations)
    {
        Container container = NewContainer();
        container.Bundle.Config["annotations"] = JsonNode.Parse(annotations);
        container.Create().ExitsWith(1).Stderr.Should().Contain("annotations");
        NothingIsLeft();
    }

    [OcirunFact("runc deletes a created container")]
    public void Operations_in_a_wrong_state_are_errors_without_an_effect()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        int pid = container.Pid;
        container.Delete().ExitsWith(1);
        container.Status.Should().Be("created");
        container.Start().Succeeds();
        container.Start().ExitsWith(1);
        container.Delete().ExitsWith(1);
        container.Status.Should().Be("running");
        container.Pid.Should().Be(pid);
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Start().ExitsWith(1);
        container.Kill("KILL").ExitsWith(1);
        container.Status.Should().Be("stopped");
        container.Delete().Succeeds();
    }

    [OcirunFact("to runc 1.1.5 it does not exist yet")]
    public void Operations_on_a_container_that_is_being_created_are_errors_without_an_effect()
    {
        Container container = NewContainer();
        string begun = Directory + "/begun", hold = Directory + "/hold";
        File.WriteAllText(hold, "");
        string script = new JsonArray("sh", "-c", $"echo >{begun}; while [ -e {hold} ]; do sleep 0.05; done").ToJsonString();
        container.Bundle.Append("hooks.createRuntime", $$"""{"path":"/bin/sh","args":{{script}}}""").Args("sleep", "1000").Write();
        using Command create = container.StartCommand("create", ["--bundle", container.Bundle.Directory, container.Id]);
        Wait.Until(() => File.Exists(begun), "the hook runs");
        container.Status.Should().Be("creating");
        container.Start().FailsWith("being created");
        container.Kill("KILL").FailsWith("container not running");
        container.Command("kill", "--all", container.Id, "KILL").FailsWith("container not running");
        container.Delete().FailsWith("that is not stopped: creating");
        container.Command("pause", container.Id).FailsWith("being created");
        container.Command("resume", container.Id).FailsWith("being created");
        container.Update("""{"pids":{"limit":100}}""").FailsWith("being created");
        container.Command("exec", container.Id, "true").FailsWith("being created", code: 255);
        container.Status.Should().Be("creating");
        File.Delete(hold);
        create.Finish().Succeeds();
        container.Status.Should().Be("created");
        container.Start().Succeeds();
        container.Status.Should().Be("running");
    }

    [Fact]
    public void Delete_leaves_what_others_made()
    {
        Container owner = NewContainer();
        owner.Bundle.Args("sleep", "1000");
        owner.Create().Succeeds();
        owner.Start().Succeeds();
        Container guest = NewContainer();
        string ipc = $"/proc/{owner.Pid}/ns/ipc";
        guest.Bundle.WithNamespace("ipc", ipc).File("/kept", "text").Args("readlink", "/proc/self/ns/ipc");
        guest.Run().Succeeds().Stdout.Trim().Should().Be(Linux.Readlink(ipc));
        File.ReadAllText(guest.Bundle.Rootfs + "/kept").Should().Be("text");
        File.Exists(guest.Bundle.ConfigPath).Should().BeTrue();
        owner.Status.Should().Be("running");
    }

    [OcirunFact("runc 1.1.5 takes 0 for no limit")]
    public void A_pids_limit_of_0_is_a_limit()
    {
        Container container = NewContainer("""{"linux":{"resources":{"pids":{"limit":0}}}}""");
        container.Bundle.Script("exec 2>&1; (sleep 0); true");
        container.Run().Stdout.Should().Contain("can't fork");
    }

    [Fact]
    public void Supported_seccomp_flags_load()
    {
        // That of notification is for profiles that notify.
        JsonArray flags = Ocirun("features").Succeeds().Json["linux"]!["seccomp"]!["supportedFlags"]!.AsArray();
        string list = string.Join(',', flags.Select(flag => (string)flag!).Where(flag => !flag.EndsWith("WAIT_KILLABLE_RECV")).Select(flag => $"\"{flag}\""));
        string patch = "{'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','flags':[@],'syscalls':[{'names':['chdir'],'action':'SCMP_ACT_ERRNO'}]}}}";
        RunScript("grep Seccomp: /proc/self/status", patch.Replace('\'', '"').Replace("@", list)).Stdout.Should().Be("Seccomp:\t2\n");
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void A_cgroup_of_v1_stays_the_hosts()
    {
        Container container = NewContainer();
        container.Bundle.WithUserNamespace().WithNamespace("cgroup").Args("sleep", "1000");
        JsonNode view = container.Bundle.Config["mounts"]!.AsArray().First(mount => (string)mount!["destination"]! == "/sys/fs/cgroup")!;
        view["options"] = new JsonArray("nosuid", "noexec", "nodev");
        container.Create().Succeeds();
        foreach (string directory in container.CgroupDirectories())
            Command.Run("stat", "-c", "%u %g", directory, directory + "/cgroup.procs").Succeeds().Stdout.Should().Be("0 0\n0 0\n", directory);
    }

    [CgroupV2Fact]
    [Trait("Lane", "CgroupV2")]
    public void A_limit_below_the_usage_is_refused_when_that_is_asked_for()
    {
        Container container = NewContainer("""{"linux":{"resources":{"memory":{"limit":134217728}}}}""");
        container.Bundle.Script("dd if=/dev/zero of=/dev/shm/held bs=1M count=16 2>/dev/null; echo held; exec sleep 1000");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Contains("held"), "the container holds memory", () => run.Stdout + run.Stderr);
        string file = Path.Combine(Directory, "resources.json");
        File.WriteAllText(file, """{"memory":{"limit":4194304,"checkBeforeUpdate":true}}""");
        container.Command("update", "--resources", file, container.Id).ExitsWith(1);
        container.Cgroup("memory.max").Should().Be("134217728");
        container.Status.Should().Be("running");
        container.Delete("--force").Succeeds();
        run.Finish();
    }
}
