using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary><c>run</c>: exit status, signals, stdio, --detach, --keep and --pid-file.</summary>
[Trait("Lane", "Integration")]
public sealed class RunTests : ContainerTest
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 1", 1)]
    [InlineData("exit 42", 42)]
    [InlineData("exit 255", 255)]
    public void Exit_status_is_the_containers(string script, int code)
    {
        Container container = NewContainer();
        container.Bundle.Script(script);
        container.Run().ExitsWith(code);
        NothingIsLeft();
    }

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(6)]
    public void Exit_status_of_a_signal_is_128_more(int signal)
    {
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("pid").Script($"kill -{signal} $$");
        container.Run().ExitsWith(128 + signal);
        NothingIsLeft();
    }

    [Fact]
    public void Container_in_the_foreground_can_be_changed()
    {
        Container container = NewContainer();
        container.Bundle.Script("echo ready; exec sleep 1000");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Length > 0, "the container runs");
        container.Command("pause", container.Id).Succeeds();
        container.Status.Should().Be("paused");
        container.Command("update", "--pids-limit", "50", container.Id).Succeeds();
        container.Cgroup("pids.max").Should().Be("50");
        container.Command("resume", container.Id).Succeeds();
        container.Delete("--force").Succeeds();
        run.Finish().ExitsWith(137);
        NothingIsLeft();
    }

    [Fact]
    public void Stdin_stdout_and_stderr_pass_through_untouched()
    {
        Container container = NewContainer();
        container.Bundle.Script("cat; echo to stderr >&2");
        string input = string.Concat(Enumerable.Repeat("0123456789\r\n\t\u0007ünï", 20_000));
        using Command command = container.StartRun([], input);
        CommandResult result = command.Finish().Succeeds();
        result.Stdout.Should().Be(input);
        result.Stderr.Should().Be("to stderr\n");
    }

    [Theory]
    [InlineData(1, "HUP")]
    [InlineData(2, "INT")]
    [InlineData(3, "QUIT")]
    [InlineData(10, "USR1")]
    [InlineData(12, "USR2")]
    [InlineData(14, "ALRM")]
    [InlineData(15, "TERM")]
    [InlineData(18, "CONT")]
    public void Signal_is_forwarded(int signal, string name)
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Script($"trap 'echo got {name}; exit 7' {signal}; echo >/ready; while :; do sleep 0.01; done");
        using Command command = container.StartRun([]);
        Wait.Until(() => File.Exists(container.Bundle.Rootfs + "/ready"), "the trap is set", () => command.Stderr);
        command.Signal(signal);
        command.Finish().ExitsWith(7).Stdout.Should().Be($"got {name}\n");
    }

    [OcirunTheory("the Go runtime leaves these to libc")]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(34)]
    public void Signal_of_libc_and_of_the_NET_runtime_is_forwarded(int signal) => Real_time_signal_is_forwarded(signal);

    [Theory]
    [InlineData(35)]
    [InlineData(37)]
    [InlineData(64)]
    public void Real_time_signal_is_forwarded(int signal)
    {
        // busybox has no traps for these, so the signal ends the process: not one that is the first of its pid namespace.
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.WithoutNamespace("pid").Script("echo >/ready; while :; do sleep 0.01; done");
        using Command command = container.StartRun([]);
        Wait.Until(() => File.Exists(container.Bundle.Rootfs + "/ready"), "the process runs", () => command.Stderr);
        command.Signal(signal);
        command.Finish().ExitsWith(128 + signal);
        NothingIsLeft();
    }

    [Fact]
    public void Waiting_for_a_config_can_be_interrupted()
    {
        Container container = NewContainer();
        Command.Run("mkfifo", container.Bundle.Directory + "/config.json").Succeeds();
        using Command run = container.StartCommand("run", ["--bundle", container.Bundle.Directory, container.Id]);
        run.Signal(15);
        run.Finish().ExitsWith(128 + 15);
        NothingIsLeft();
    }

    // The init is a clone of this process: a second thread could hold a lock that the clone then waits for, and could
    // take a signal that is meant for the container.
    [OcirunFact("runc has the threads of the Go runtime")]
    public void Runtime_has_one_thread()
    {
        Container container = NewContainer();
        container.Bundle.Script("echo ready; exec sleep 1000");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Length > 0, "the container runs");
        File.ReadAllLines($"/proc/{run.Pid}/status").Should().Contain("Threads:\t1");
        container.Delete("--force").Succeeds();
        run.Finish().ExitsWith(137);
    }

    [Fact]
    public void Ended_children_of_the_runtime_do_not_confuse_it()
    {
        // A subreaper gets the orphans of a container that shares its pid namespace.
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("pid").Script("(sleep 0.05 & sleep 0.1 &) ; (exit 3 &) ; sleep 0.3; exit 5");
        container.Run().ExitsWith(5);
    }

    [Fact]
    public void Detached_run_returns_while_the_container_runs()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds().Stdout.Should().BeEmpty();
        container.Status.Should().Be("running");
        Linux.IsAlive(container.Pid).Should().BeTrue();
    }

    [Fact]
    public void Detached_run_keeps_the_stopped_container_until_delete()
    {
        Container container = NewContainer();
        container.Bundle.Args("true");
        container.Run("-d").Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
    }

    [OcirunFact("runc 1.1.5 ties --keep to nothing that it documents for a failing run")]
    public void Keep_leaves_the_stopped_container()
    {
        Container container = NewContainer();
        container.Bundle.Script("exit 3");
        container.Run("--keep").ExitsWith(3);
        container.Status.Should().Be("stopped");
        container.Delete().Succeeds();
    }

    [Fact]
    public void Run_removes_the_container_at_its_end()
    {
        Container container = NewContainer();
        container.Bundle.Args("true");
        container.Run().Succeeds();
        container.Command("state", container.Id).FailsWith("container does not exist");
        NothingIsLeft();
    }

    [Theory]
    [InlineData("create")]
    [InlineData("run")]
    public void Pid_file_is_the_pid_alone(string command)
    {
        Container container = NewContainer();
        string file = Directory + "/pid";
        container.Bundle.Args("sleep", "1000");
        if (command == "create")
            container.Create("--pid-file", file).Succeeds();
        else
            container.Run("-d", "--pid-file", file).Succeeds();
        File.ReadAllText(file).Should().Be(container.Pid.ToString());
    }

    [Fact]
    public void Pid_file_is_relative_to_the_working_directory()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000").Write();
        using Command command = Command.Start(container.Runtime.Path, ["--root", Root, "create", "--pid-file", "pid", "--bundle", container.Bundle.Directory, container.Id], directory: Directory);
        command.Finish().Succeeds();
        File.ReadAllText(Directory + "/pid").Should().Be(container.Pid.ToString());
    }

    [Fact]
    public void Pid_file_is_never_seen_half_written()
    {
        Container container = NewContainer();
        string directory = Directory + "/pids";
        System.IO.Directory.CreateDirectory(directory);
        File.WriteAllText(directory + "/pid", "old");
        long inode = Inode();
        container.Bundle.Args("sleep", "1000");
        container.Create("--pid-file", directory + "/pid").Succeeds();
        // Replaced, not rewritten, and without a remainder beside it.
        Inode().Should().NotBe(inode);
        System.IO.Directory.GetFiles(directory).Should().ContainSingle();

        long Inode() => long.Parse(Command.Run("stat", "-c", "%i", directory + "/pid").Stdout);
    }

    [OcirunFact("runc names its temporary file differently")]
    public void Pid_file_is_a_new_file_also_where_somebody_has_guessed_its_temporary_name()
    {
        // The shell's pid becomes the runtime's. Whoever owned the file behind the name could later write another pid.
        Container container = NewContainer();
        string directory = Directory + "/pids";
        System.IO.Directory.CreateDirectory(directory);
        File.WriteAllText(Directory + "/mine", "mine");
        container.Bundle.Args("sleep", "1000").Write();
        Command.Shell(
            $"ln {Directory}/mine {directory}/.pid.$$; ln -s {Directory}/mine {directory}/link; exec \"$@\"",
            container.Runtime.Path, "--root", Root, "create", "--bundle", container.Bundle.Directory, "--pid-file", directory + "/pid", container.Id).Succeeds();
        File.ReadAllText(Directory + "/mine").Should().Be("mine");
        File.ReadAllText(directory + "/pid").Should().Be(container.Pid.ToString());
    }

    [Fact]
    public void Pid_file_that_cannot_be_written_undoes_the_container()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create("--pid-file", Directory + "/no/such/directory/pid").FailsWith("no such file or directory");
        NothingIsLeft();
    }

    [Theory]
    [InlineData("--no-subreaper")]
    [InlineData("--no-new-keyring")]
    [InlineData("--no-pivot")]
    [InlineData("-no-subreaper")]
    [InlineData("--no-pivot=false")]
    public void Flag_is_accepted(string flag)
    {
        Container container = NewContainer();
        container.Bundle.Args("echo", "ok");
        container.Run(flag).Succeeds().Stdout.Should().Be("ok\n");
    }

    [OcirunFact("runc 1.1.5 is older than --pidfd-socket")]
    public void Pidfd_socket_gets_the_process()
    {
        using var socket = new DescriptorSocket(Directory + "/pidfd.sock");
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000").Write();
        using Command command = container.StartCommand("create", ["--bundle", container.Bundle.Directory, "--pidfd-socket", socket.Path, container.Id]);
        (byte[] data, int[] descriptors) = socket.Receive();
        command.Finish().Succeeds();
        data.Should().NotBeEmpty();
        descriptors.Should().ContainSingle();
        File.ReadAllLines($"/proc/self/fdinfo/{descriptors[0]}").Should().Contain($"Pid:\t{container.Pid}");
        Linux.Close(descriptors[0]);
    }
}
