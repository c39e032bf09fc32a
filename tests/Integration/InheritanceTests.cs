using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>What a process inherits without being told: signals, descriptors, and the environment of the runtime.</summary>
[Trait("Lane", "Integration")]
public sealed class InheritanceTests : ContainerTest
{
    [Fact]
    public void Every_signal_has_its_default_disposition_and_none_is_blocked()
    {
        // The .NET runtime ignores SIGPIPE and installs handlers; cat shows what it was executed with.
        Container container = NewContainer();
        container.Bundle.Args("cat", "/proc/self/status");
        container.Run().Succeeds().Lines.Should()
            .Contain("SigBlk:\t0000000000000000").And.Contain("SigIgn:\t0000000000000000").And.Contain("SigCgt:\t0000000000000000");
    }

    [Fact]
    public void A_disposition_that_the_caller_ignores_is_reset()
    {
        Container container = NewContainer();
        container.Bundle.Args("cat", "/proc/self/status");
        container.Bundle.Write();
        CommandResult result = RunUnder("trap '' HUP INT QUIT PIPE TERM USR1; exec \"$@\"", container);
        result.Lines.Should().Contain("SigIgn:\t0000000000000000");
    }

    [Fact]
    public void No_descriptor_but_stdio_is_open()
    {
        // ls's own is the directory that it lists.
        Container container = NewContainer();
        container.Bundle.Args("ls", "/proc/self/fd");
        container.Run().Succeeds().Lines.Should().Equal("0", "1", "2", "3");
    }

    [Fact]
    public void The_callers_descriptors_do_not_leak_in()
    {
        Container container = NewContainer();
        container.Bundle.Args("ls", "/proc/self/fd");
        using Command command = container.StartRun([], redirect: "5</etc/passwd 9</");
        command.Finish().Succeeds().Lines.Should().Equal("0", "1", "2", "3");
    }

    [Fact]
    public void Preserve_fds_passes_as_many_as_asked()
    {
        Container container = NewContainer();
        container.Bundle.Script("cat <&3; cat <&4; ls /proc/self/fd");
        string first = Directory + "/first", second = Directory + "/second";
        File.WriteAllText(first, "one\n");
        File.WriteAllText(second, "two\n");
        using Command command = container.StartRun(["--preserve-fds", "2"], redirect: $"3<{first} 4<{second} 5</etc/passwd");
        command.Finish().Succeeds().Lines.Should().Equal("one", "two", "0", "1", "2", "3", "4", "5");
    }

    [Fact]
    public void Listen_fds_are_passed_and_named_in_the_environment()
    {
        Container container = NewContainer();
        container.Bundle.Script("cat <&3; echo $LISTEN_FDS $LISTEN_PID; ls /proc/self/fd");
        RunWithSocketActivation(container, "$$").Lines.Should().Equal("one", "1 1", "0", "1", "2", "3", "4");
    }

    [Fact]
    public void Listen_fds_come_before_the_preserved_ones()
    {
        Container container = NewContainer();
        container.Bundle.Script("cat <&3; cat <&4");
        RunWithSocketActivation(container, "$$", "--preserve-fds=1").Lines.Should().Equal("one", "two");
    }

    [Fact]
    public void Listen_fds_of_another_process_are_not_passed()
    {
        // sd_listen_fds(3): the variables are for the process that LISTEN_PID names.
        Container container = NewContainer();
        container.Bundle.Script("echo $LISTEN_FDS; ls /proc/self/fd");
        RunWithSocketActivation(container, "1").Lines.Should().Equal("", "0", "1", "2", "3");
    }

    private CommandResult RunWithSocketActivation(Container container, string listenPid, params string[] flags)
    {
        string first = Directory + "/first", second = Directory + "/second";
        File.WriteAllText(first, "one\n");
        File.WriteAllText(second, "two\n");
        container.Bundle.Write();
        return RunUnder($"export LISTEN_FDS=1 LISTEN_PID={listenPid}; exec \"$@\" 3<{first} 4<{second}", container, flags);
    }

    private CommandResult RunUnder(string script, Container container, params string[] flags) =>
        Command.Shell(script, [container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, .. flags, container.Id]).Succeeds();

    [Theory]
    [InlineData("<&-")]
    [InlineData("<&- >&-")]
    [InlineData("<&- >&- 2>&-")]
    public void Closed_standard_streams_become_dev_null(string closed)
    {
        Container container = NewContainer("""{"hooks":{"createRuntime":[{"path":"/bin/true"}]}}""");
        container.Bundle.Script("[ -e /proc/self/fd/0 ] && [ -e /proc/self/fd/1 ] && [ -e /proc/self/fd/2 ] && exit 7");
        using Command command = container.StartRun([], redirect: closed);
        command.Finish().ExitsWith(7);
    }

    [Fact]
    public void A_caller_that_ignores_its_children_gets_the_exit_status()
    {
        // Ignored, SIGCHLD would make the kernel reap them; dash cannot ignore it, Python can.
        Container container = NewContainer("""{"hooks":{"createRuntime":[{"path":"/bin/true"}]}}""");
        container.Bundle.Script("exit 7").Write();
        const string script = "import os,signal,sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])";
        Command.Run("python3", "-c", script, container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id).ExitsWith(7);
    }
}
