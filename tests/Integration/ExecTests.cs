using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary><c>exec</c>, <c>pause</c> and <c>resume</c>.</summary>
[Trait("Lane", "Integration")]
public sealed class ExecTests : ContainerTest
{
    private Container Running(string patch = "{}")
    {
        Container container = NewContainer(patch);
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        return container;
    }

    [Fact]
    public void Shares_every_namespace_root_and_cgroup_with_the_init()
    {
        Container container = Running();
        string[] lines = container.Command("exec", container.Id, "sh", "-c", """
            for ns in cgroup ipc mnt net pid time user uts; do
                [ "$(readlink /proc/self/ns/$ns)" = "$(readlink /proc/1/ns/$ns)" ] || echo "another $ns namespace"
            done
            cmp /proc/self/cgroup /proc/1/cgroup && [ /proc/1/root -ef / ] && echo same
            """).Succeeds().Lines;
        lines.Should().Equal("same");
    }

    [Fact]
    public void Enters_the_containers_user_namespace()
    {
        Container container = Running("""
            {"linux":{"uidMappings":[{"containerID":0,"hostID":100000,"size":65536}],"gidMappings":[{"containerID":0,"hostID":100000,"size":65536}],
            "namespaces":[{"type":"user"},{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"network"}]}}
            """);
        container.Command("exec", container.Id, "sh", "-c", "id -u; cat /proc/self/uid_map").Succeeds()
            .Lines.Select(line => string.Join(' ', line.Split(' ', System.StringSplitOptions.RemoveEmptyEntries)))
            .Should().Equal("0", "0 100000 65536");
    }

    [Fact]
    public void Flags_change_the_process()
    {
        Container container = Running();
        container.Command("exec", "--user", "1000:1001", "-g", "7", "--env", "GREETING=hello", "--cwd", "/proc", container.Id,
            "sh", "-c", "id -u; id -g; grep ^Groups: /proc/self/status; echo $GREETING; pwd").Succeeds()
            .Lines.Select(line => line.TrimEnd()).Should().Equal("1000", "1001", "Groups:\t7", "hello", "/proc");
    }

    [Fact]
    public void A_capability_is_added()
    {
        Container container = Running();
        string without = container.Command("exec", container.Id, "grep", "^CapEff:", "/proc/self/status").Succeeds().Stdout;
        string with = container.Command("exec", "--cap", "CAP_SYS_PTRACE", container.Id, "grep", "^CapEff:", "/proc/self/status").Succeeds().Stdout;
        ulong Mask(string line) => System.Convert.ToUInt64(line.Split('\t')[1].Trim(), 16);
        Mask(with).Should().Be(Mask(without) | (1UL << 19));
    }

    [Fact]
    public void A_process_file_is_the_whole_process()
    {
        Container container = Running();
        string file = Path.Combine(container.Bundle.Directory, "process.json");
        File.WriteAllText(file, """{"args":["sh","-c","echo $A; pwd; id -u; exit 5"],"cwd":"/dev","env":["PATH=/bin","A=b"],"user":{"uid":3,"gid":4}}""");
        container.Command("exec", "--process", file, container.Id).ExitsWith(5).Lines.Should().Equal("b", "/dev", "3");
    }

    [OcirunFact("runc 1.1.5 ignores properties that it does not know")]
    public void A_process_file_with_what_is_not_acted_on_is_refused()
    {
        Container container = Running();
        string file = Path.Combine(container.Bundle.Directory, "process.json");
        File.WriteAllText(file, """{"args":["true"],"cwd":"/","user":{"uid":0,"gid":0},"commandLine":"true"}""");
        container.Command("exec", "--process", file, container.Id).ExitsWith(255).Stderr.Should().Contain("process.commandLine is not supported");
        container.Command("exec", "--process", "/dev/null", container.Id).ExitsWith(255).Stderr.Should().Contain("(--process /dev/null): the file is empty");
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    public void Its_exit_status_is_the_processs(string script, int status)
    {
        Container container = Running();
        container.Command("exec", container.Id, "sh", "-c", script).ExitsWith(status);
    }

    [Theory]
    [InlineData("/nope", "stat /nope: no such file or directory")]
    [InlineData("nope", "executable file not found in $PATH")]
    [InlineData("/etc/passwd", "permission denied")]
    public void Its_own_failure_is_255(string program, string reason)
    {
        Container container = Running();
        container.Bundle.File("etc/passwd", "root:x:0:0::/:/bin/sh\n");
        container.Command("exec", container.Id, program).ExitsWith(255).Stderr.Should().Contain($"exec: \\\"{program}\\\": {reason}");
    }

    [Fact]
    public void A_stopped_container_is_refused()
    {
        Container container = Running();
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Command("exec", container.Id, "true").ExitsWith(255).Stderr.Should().Contain("cannot exec in a stopped container");
    }

    [Fact]
    public void Detached_it_leaves_a_pid_file_and_a_process_in_the_cgroup()
    {
        Container container = Running();
        string file = Path.Combine(container.Bundle.Directory, "exec.pid");
        container.Command("exec", "--detach", "--pid-file", file, container.Id, "sleep", "500").Succeeds();
        string pid = File.ReadAllText(file);
        pid.Should().MatchRegex("^[0-9]+$");
        container.Cgroup("cgroup.procs").Split('\n').Should().Contain(pid);
    }

    [OcirunFact("runc 1.1.5 has other words for it")]
    public void Where_no_process_more_may_be_the_error_says_so()
    {
        Container container = NewContainer("""{"linux":{"resources":{"pids":{"limit":1}}}}""");
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        container.Command("exec", container.Id, "true").FailsWith("clone3: resource temporarily unavailable; the limit on processes is reached", 255);
    }

    [OcirunFact("runc 1.1.5 has no --pidfd-socket")]
    public void A_process_that_is_killed_before_it_is_started_is_an_error_that_says_so()
    {
        Container container = Running();
        string path = Path.Combine(Directory, "pidfd.sock"), file = Path.Combine(Directory, "exec.pid");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(0);
        using Socket first = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        first.Connect(new UnixDomainSocketEndPoint(path));
        // The queue is full: exec waits, with its process ready, until this one is taken from it.
        using Command exec = container.StartCommand("exec", ["--pid-file", file, "--pidfd-socket", path, container.Id, "true"]);
        Wait.Until(() => File.Exists(file), "the process is ready", () => exec.Stderr);
        int pid = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
        Linux.Kill(pid, 9);
        Wait.Until(() => File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart().StartsWith('Z'), "the process has ended");
        listener.Accept().Dispose();
        using Socket second = listener.Accept();
        exec.Finish().FailsWith("ended before it was started", 255);
    }

    [Fact]
    public void It_leaks_no_descriptor()
    {
        Container container = Running();
        container.Command("exec", container.Id, "sh", "-c", "cd /proc/self/fd && echo *").Succeeds().Stdout.Should().Be("0 1 2 3\n", "3 is the shell's own");
    }

    [OcirunFact("runc 1.1.5 reports the state of a paused container from its own file")]
    public void Paused_processes_stand_still_and_refuse_exec()
    {
        Container container = Running();
        container.Command("resume", container.Id).ExitsWith(1).Stderr.Should().Contain("container not paused");
        container.Command("pause", container.Id).Succeeds();
        container.Status.Should().Be("paused");
        container.Command("exec", container.Id, "true").ExitsWith(255).Stderr.Should().Contain("cannot exec in a paused container (use --ignore-paused to override)");
        container.Command("pause", container.Id).ExitsWith(1).Stderr.Should().Contain("container not running");
        container.Command("resume", container.Id).Succeeds();
        container.Status.Should().Be("running");
        container.Command("exec", container.Id, "true").Succeeds();
    }
}
