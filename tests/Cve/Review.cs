using System;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// Attacks of no number: what was tried in the review that docs/security.md tells of, through a shared volume, a crafted
/// image, a crafted config and a joined namespace.
/// </summary>
[Trait("Lane", "Integration")]
public sealed class Review : ContainerTest
{
    private string Host => Directory + "/host";

    private void MakeHost()
    {
        System.IO.Directory.CreateDirectory(Host);
        File.WriteAllText(Host + "/secret", "the host's\n");
    }

    private void TheHostIsAsBefore()
    {
        System.IO.Directory.GetFileSystemEntries(Host).Should().Equal(Host + "/secret");
        File.ReadAllText(Host + "/secret").Should().Be("the host's\n");
        Command.Run("stat", "-c", "%a %u %h", Host, Host + "/secret").Succeeds().Lines.Should().Equal("755 0 2", "644 0 1");
        MountInfo.OfSelf().Should().NotContain(mount => mount.Point.StartsWith(Host));
    }

    [Theory]
    [InlineData("""{"process":{"cwd":"/volume/sub/cwd"}}""")]
    [InlineData("""{"linux":{"devices":[{"path":"/volume/sub/a/device","type":"c","major":1,"minor":5,"uid":7}]}}""")]
    [InlineData("""{"linux":{"maskedPaths":["/volume/sub","/volume/sub/secret"]}}""")]
    [InlineData("""{"linux":{"readonlyPaths":["/volume/sub","/volume/sub/secret"]}}""")]
    public void What_touches_a_volume_that_changes_stays_inside(string patch)
    {
        MakeHost();
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Patch(patch);
        string volume = container.Bundle.Rootfs + "/volume";
        System.IO.Directory.CreateDirectory(volume + "/sub");
        File.CreateSymbolicLink(volume + "/link", Host);
        container.Bundle.Script("cat secret; cat /volume/sub/secret; cat ../../../../../../../../../.." + Host + "/secret");
        using Exchange exchange = new(volume + "/sub", volume + "/link");
        for (int round = 0; round < 20; round++)
        {
            container.Run().Stdout.Should().NotContain("the host's");
            TheHostIsAsBefore();
        }
    }

    [Fact]
    public void A_copy_of_what_the_image_has_ends()
    {
        // tmpcopyup of a directory with all that a reader can stumble upon.
        MakeHost();
        Container container = NewContainer();
        Command.Shell("""
            mkdir -p $1/up/directory && cd $1/up
            mkfifo fifo && mknod zero c 1 5 && ln -s $2/secret link && ln -s . directory/self && printf x >"$(printf 'name\377\n')"
            truncate -s 4T hole
            """, container.Bundle.Rootfs, Host).Succeeds();
        container.Bundle.Append("mounts", """{"destination":"/up","source":"tmpfs","type":"tmpfs","options":["tmpcopyup","size=1m"]}""").Args("true");
        container.Run().FailsWith("no space left on device");
        File.Delete(container.Bundle.Rootfs + "/up/hole");
        container.RunScript("cd /up; [ -p fifo ] && [ -c zero ] && readlink link").Stdout.Should().Be(Host + "/secret\n");

        // Deeper than a stack.
        Command.Shell("cd $1/up; i=0; while [ $i -lt 400 ]; do mkdir d && cd d; i=$((i+1)); done", container.Bundle.Rootfs).Succeeds();
        container.Bundle.Args("true");
        container.Run().ExitsWith(1).Stderr.Should().Contain("too many levels of symbolic links");
        TheHostIsAsBefore();
        NothingIsLeft();
    }

    [Theory]
    [InlineData("mkfifo ROOT/etc/passwd")]
    [InlineData("ln -s /dev/zero ROOT/etc/passwd")]
    [InlineData("ln -s HOST/secret ROOT/etc/passwd")]
    [InlineData("truncate -s 4T ROOT/etc/passwd")]
    [InlineData("mknod ROOT/etc/passwd c 1 5")]
    [InlineData("printf 'root:x:0:0::HOME=/evil\\nLD_PRELOAD=/evil:\\n' >ROOT/etc/passwd")]
    public void A_passwd_of_the_image_is_no_way_anywhere(string make)
    {
        MakeHost();
        Container container = NewContainer();
        File.Delete(container.Bundle.Rootfs + "/etc/passwd");
        Command.Shell(make.Replace("ROOT", container.Bundle.Rootfs).Replace("HOST", Host)).Succeeds();
        container.Bundle.Script("env");
        container.Run().Stdout.Should().NotContain("the host's").And.NotContain("LD_PRELOAD");
        NothingIsLeft();
    }

    [Theory]
    [InlineData("""{"mounts":[{"destination":"/proc","type":"proc","source":"proc"},{"destination":"/../../../../../../HOST/mount","type":"tmpfs","source":"tmpfs"}]}""")]
    [InlineData("""{"process":{"cwd":"/../../../../../../HOST/cwd"}}""")]
    [InlineData("""{"linux":{"devices":[{"path":"/../../../../../../HOST/device","type":"p"}]}}""")]
    [InlineData("""{"linux":{"devices":[{"path":"/dev/../../../../../../../HOST/device","type":"c","major":1,"minor":3}]}}""")]
    [InlineData("""{"linux":{"maskedPaths":["/../../../../../../HOST/secret","../../../../../../HOST"]}}""")]
    [InlineData("""{"linux":{"readonlyPaths":["/../../../../../../HOST/secret","../../../../../../HOST"]}}""")]
    [InlineData("""{"linux":{"sysctl":{"../../HOST/secret":"1"}}}""")]
    [InlineData("""{"linux":{"sysctl":{"net/../../sysrq-trigger":"h"}}}""")]
    [InlineData("""{"linux":{"cgroupsPath":"/../../../../../HOST/cgroup"}}""")]
    [InlineData("""{"linux":{"cgroupsPath":"/a/../../../../../../HOST/cgroup"}}""")]
    [InlineData("""{"linux":{"resources":{"hugepageLimits":[{"pageSize":"/../../../../../../HOST/secret","limit":1}]}}}""")]
    [InlineData("""{"linux":{"rootfsPropagation":"rshared"}}""")]
    [InlineData("""{"linux":{"intelRdt":{"closID":"../../HOST"}}}""")]
    public void Paths_of_a_config_that_climb_stay_inside(string patch)
    {
        MakeHost();
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Patch(patch.Replace("HOST", Host.TrimStart('/'))).Script("cat /secret ./secret; :");
        container.Run().Stdout.Should().BeEmpty();
        TheHostIsAsBefore();
        NothingIsLeft();
    }

    [Fact]
    public void A_neighbour_that_kills_everything_gets_an_error_and_no_leftovers()
    {
        Container attacker = NewContainer();
        attacker.Bundle.Script("while :; do kill -KILL -1; done");
        using Command attack = attacker.StartRun([]);
        attacker.WaitUntilRunning();
        Container victim = NewContainer();
        victim.Bundle.WithNamespace("pid", $"/proc/{attacker.Pid}/ns/pid").Args("true");
        for (int round = 0; round < 20; round++)
        {
            victim.Run();
            _ = attacker.Command("exec", attacker.Id, "true");
        }

        System.IO.Directory.GetDirectories(Root).Select(Path.GetFileName).Should().Equal(attacker.Id);
        attacker.Kill("KILL").Succeeds();
        attack.Finish().ExitsWith(137);
    }

    [Fact]
    public void A_neighbour_that_stops_the_init_does_not_outlive_the_runtime()
    {
        // It may hold create up: whoever gives up on it kills the runtime and deletes what there is.
        Container attacker = NewContainer();
        attacker.Bundle.Script("while :; do kill -STOP -1; done");
        using Command attack = attacker.StartRun([]);
        attacker.WaitUntilRunning();
        for (int round = 0; round < 5; round++)
        {
            Container victim = NewContainer();
            victim.Bundle.WithNamespace("pid", $"/proc/{attacker.Pid}/ns/pid").Args("true");
            using Command create = victim.StartRun([]);
            Wait.Until(() => create.HasExited || Stopped(attacker.Pid), "the init is stopped, or was faster");
            create.Signal(9);
            create.Finish();
            if (System.IO.Directory.Exists(Path.Combine(Root, victim.Id)))
                victim.Delete("--force").Succeeds();
        }

        attacker.Kill("KILL").Succeeds();
        attack.Finish().ExitsWith(137);
        NothingIsLeft();
    }

    [Fact]
    public void A_number_is_never_a_name_of_the_image()
    {
        // CVE-2016-3697: runc looked the number up as a name first, and 99 was whoever the image said.
        Container container = NewContainer("""{"process":{"user":{"uid":99,"gid":99}}}""");
        File.WriteAllText(container.Bundle.Rootfs + "/etc/passwd", "99:x:0:0::/:\n1:x:0:0::/:\n");
        File.WriteAllText(container.Bundle.Rootfs + "/etc/group", "99:x:0:99\nroot:x:0:99,1\n");
        container.Bundle.Script("id -u; id -g; id -G; sleep 1000");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout == "99\n99\n99\n", "the user is that of the config", () => run.Stdout + run.Stderr);
        container.Command("exec", "--user", "1", container.Id, "sh", "-c", "id -u; id -g; id -G").Succeeds().Lines.Should().Equal("1", "99", "99");
        container.Kill("KILL").Succeeds();
        run.Finish().ExitsWith(137);
    }

    [OcirunTheory("runc 1.1.5 takes it for stopped: kill and exec find nothing, and delete --force leaves it running")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_program_that_ends_its_first_thread_is_still_there_to_be_killed(bool deleteByForce)
    {
        // The kernel shows such a process as a zombie, which it is not: it goes on in its other threads.
        Container container = NewContainer();
        TinyProgram.WriteFirstThreadEnds(container.Bundle.Rootfs + "/bin/program");
        container.Bundle.Args("program");
        container.Create().Succeeds();
        int pid = container.Pid;
        container.Start().Succeeds();
        Wait.Until(() => File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart().StartsWith('Z'), "its first thread has ended");
        container.Status.Should().Be("running");
        container.Pid.Should().Be(pid);
        container.Delete().FailsWith("that is not stopped: running");
        if (!deleteByForce)
        {
            container.Kill("KILL").Succeeds();
            container.WaitUntilStopped();
        }

        container.Delete(deleteByForce ? ["--force"] : []).Succeeds();
        NothingIsLeft();
    }

    // Whoever is in it may do all, or not even look at it; the others may find it.
    [OcirunTheory("runc 1.1.5 joins whichever keyring has the name")]
    [InlineData("3f3f0008")]
    [InlineData("00000008")]
    public void A_keyring_that_a_user_of_the_host_has_made_is_not_the_containers(string permissions)
    {
        // Whoever is in a keyring reads its keys: an ordinary user who knows the id in time waits for the container's.
        Container container = NewContainer("""{"linux":{"maskedPaths":[]}}""");
        string name = $"_ses.{container.Id}";
        const string Trap =
            """
            import ctypes, os, sys, time
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            keyctl = lambda *arguments: ctypes.CDLL(None, use_errno=True).syscall(250, *arguments)
            JOIN_SESSION_KEYRING, SETPERM = 1, 5
            ring = keyctl(JOIN_SESSION_KEYRING, sys.argv[1].encode())
            print("ready" if ring > 0 and keyctl(SETPERM, ring, int(sys.argv[2], 16)) == 0 else "failed", flush=True)
            time.sleep(1000)
            """;
        using Command attacker = Command.Start("python3", ["-c", Trap, name, permissions]);
        Wait.Until(() => attacker.Stdout.Length > 0, "the trap is there");
        attacker.Stdout.Should().Be("ready\n");
        container.Bundle.Script("cat /proc/keys; sleep 1000");
        using Command run = container.StartRun([]);
        container.WaitUntilRunning();
        Wait.Until(() => run.Stdout.Length > 0, "the keys are listed");
        run.Stdout.Should().Contain("_ses").And.NotContain(name);
        run.Stderr.Should().Contain($"the session keyring {name} is another user's");
        container.Command("exec", container.Id, "cat", "/proc/keys").Succeeds().Stdout.Should().Contain("_ses").And.NotContain(name);
        container.Kill("KILL").Succeeds();
        run.Finish().ExitsWith(137);
    }

    // Whether a process of the namespace other than its first is stopped.
    private static bool Stopped(int init) => System.IO.Directory.GetDirectories("/proc").Any(process =>
    {
        try
        {
            return process != $"/proc/{init}" && Linux.Readlink(process + "/ns/pid") == Linux.Namespace("pid", init)
                && File.ReadAllText(process + "/stat").Split(')')[^1].TrimStart().StartsWith('T');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
