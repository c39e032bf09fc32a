using System.Text;
using System.Text.RegularExpressions;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>process.terminal and consoleSize, in the foreground and over a console socket.</summary>
[Trait("Lane", "Integration")]
public sealed class TerminalTests : ContainerTest
{
    private const string WithTerminal = """{"process":{"terminal":true}}""";

    private Command RunIn(Terminal terminal, string script, string patch = WithTerminal)
    {
        Container container = NewContainer(patch);
        container.Bundle.Script(script);
        return container.StartRun([], terminal: terminal.SlavePath);
    }

    [Fact]
    public void Foreground_process_has_a_terminal_of_its_own()
    {
        using Terminal terminal = Terminal.Open();
        using Command command = RunIn(terminal, "tty; test -t 0 && test -t 1 && test -t 2 && echo all three; stat -c %t:%T /dev/console; echo $(cat /proc/self/stat | cut -d' ' -f7)");
        command.Finish().Succeeds();
        terminal.WaitFor("\r\n88:0\r\n");
        terminal.Output.Should().Contain("/dev/pts/0\r\n").And.Contain("all three");
    }

    [Fact]
    public void Typing_reaches_the_process_and_what_it_writes_comes_back()
    {
        using Terminal terminal = Terminal.Open();
        using Command command = RunIn(terminal, "echo ready; read line; echo \"read <$line>\"; exit 6");
        terminal.WaitFor("ready");
        terminal.Type("hello\r");
        terminal.WaitFor("read <hello>");
        command.Finish().ExitsWith(6);
    }

    [Fact]
    public void A_terminal_that_nobody_has_open_for_a_while_goes_on()
    {
        using Terminal terminal = Terminal.Open();
        // The pause is the time that a runtime has to take the hang-up for the end; one that does not passes without it, too.
        using Command command = RunIn(terminal, "echo ready; exec </dev/null >/dev/null 2>&1; sleep 0.3; exec </dev/console >/dev/console; echo again; read line; echo \"read <$line>\"");
        terminal.WaitFor("again");
        terminal.Type("hello\r");
        terminal.WaitFor("read <hello>");
        command.Finish().Succeeds();
    }

    [Fact]
    public void Interrupt_key_is_the_containers()
    {
        using Terminal terminal = Terminal.Open();
        using Command command = RunIn(terminal, "trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.01; done");
        terminal.WaitFor("ready");
        terminal.Type("\u0003");
        command.Finish().ExitsWith(9);
        terminal.WaitFor("interrupted");
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("kill -9 $$; exec sleep 1000", 137)]
    public void Callers_terminal_is_restored_at_the_end(string script, int code)
    {
        using Terminal terminal = Terminal.Open();
        string before = terminal.Settings();
        Container container = NewContainer(WithTerminal);
        container.Bundle.Patch("""{"root":{"readonly":false}}""").Script($"echo ready; until [ -e /go ]; do sleep 0.01; done; {script}");
        if (code == 137)
            container.Bundle.WithoutNamespace("pid");
        using Command command = container.StartRun([], terminal: terminal.SlavePath);
        terminal.WaitFor("ready");
        terminal.Settings().Should().Contain("-icanon").And.Contain("-echo ").And.NotBe(before);
        container.Bundle.File("/go", "");
        command.Finish().ExitsWith(code);
        terminal.Settings().Should().Be(before);
    }

    [Fact]
    public void Callers_terminal_is_restored_after_an_error()
    {
        using Terminal terminal = Terminal.Open();
        string before = terminal.Settings();
        Container container = NewContainer(WithTerminal);
        container.Bundle.Args("/no/such/program");
        using Command command = container.StartRun([], terminal: terminal.SlavePath);
        command.Finish().ExitsWith(1);
        terminal.WaitFor("no such file or directory");
        terminal.Settings().Should().Be(before);
    }

    [Fact]
    public void Window_size_is_the_callers_and_follows_it()
    {
        using Terminal terminal = Terminal.Open();
        terminal.Size = (33, 101);
        using Command command = RunIn(terminal, "trap 'stty size' WINCH; until [ \"$(stty size)\" = '33 101' ]; do sleep 0.01; done; echo first; until [ \"$(stty size)\" = '44 122' ]; do sleep 0.01; done; echo second");
        terminal.WaitFor("first");
        terminal.Size = (44, 122);
        command.Finish().Succeeds();
        terminal.WaitFor("second");
    }

    [Fact]
    public void Console_socket_gets_the_master()
    {
        using var socket = new DescriptorSocket(Directory + "/console.sock");
        Container container = NewContainer(WithTerminal);
        container.Bundle.Script("stty size; tty; read line; echo \"read <$line>\"").Write();
        using Command command = container.StartCommand("create", ["--bundle", container.Bundle.Directory, "--console-socket", socket.Path, container.Id]);
        (byte[] data, int[] descriptors) = socket.Receive();
        command.Finish().Succeeds();
        data.Should().NotBeEmpty();
        Encoding.UTF8.GetString(data).Should().Contain("/ptmx");
        descriptors.Should().ContainSingle();
        using var terminal = new Terminal(descriptors[0]);
        terminal.Size = (12, 34);
        container.Start().Succeeds();
        terminal.WaitFor("/dev/pts/0");
        terminal.Type("over the socket\r");
        terminal.WaitFor("read <over the socket>");
        terminal.Output.Should().Contain("12 34");
        container.WaitUntilStopped();
    }

    [Fact]
    public void Console_size_of_the_config()
    {
        using var socket = new DescriptorSocket(Directory + "/console.sock");
        Container container = NewContainer("""{"process":{"terminal":true,"consoleSize":{"height":25,"width":77}}}""");
        container.Bundle.Script("stty size; sleep 1000").Write();
        using Command command = container.StartCommand("run", ["--detach", "--bundle", container.Bundle.Directory, "--console-socket", socket.Path, container.Id]);
        (_, int[] descriptors) = socket.Receive();
        using var terminal = new Terminal(descriptors[0]);
        command.Finish().Succeeds();
        terminal.WaitFor("25 77");
        terminal.Size.Should().Be((25, 77));
    }

    [Fact]
    public void Terminal_belongs_to_the_user()
    {
        using Terminal terminal = Terminal.Open();
        using Command command = RunIn(terminal, "stat -c 'owner %u' $(tty); echo reopened >/dev/tty", """{"process":{"terminal":true,"user":{"uid":1000,"gid":1000}}}""");
        command.Finish().Succeeds();
        terminal.WaitFor("owner 1000");
        terminal.WaitFor("reopened");
    }

    [Fact]
    public void Console_socket_without_a_terminal_is_refused()
    {
        using var socket = new DescriptorSocket(Directory + "/console.sock");
        Container container = NewContainer();
        container.Create("--console-socket", socket.Path).ExitsWith(1).Stderr.Should().MatchRegex(new Regex("console.socket|terminal"));
        NothingIsLeft();
    }

    [Fact]
    public void Detached_terminal_without_a_console_socket_is_refused()
    {
        Container container = NewContainer(WithTerminal);
        container.Create().FailsWith("console");
        NothingIsLeft();
    }

    [Fact]
    public void Foreground_terminal_needs_one_of_the_callers()
    {
        // setsid: no controlling terminal either.
        Container container = NewContainer(WithTerminal);
        container.Bundle.Args("true").Write();
        Command.Run("setsid", "--wait", container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id)
            .FailsWith("open /dev/tty: no such device or address");
        container.Delete("--force");
        NothingIsLeft();
    }

    [Fact]
    public void Foreground_terminal_may_be_another_stream_than_stdin()
    {
        using Terminal terminal = Terminal.Open();
        Container container = NewContainer(WithTerminal);
        container.Bundle.Script("tty; stty size");
        container.Bundle.Write();
        terminal.Size = (33, 99);
        using Command run = Command.Start(
            "/bin/sh",
            ["-c", "\"$@\" </dev/null", "sh", .. container.Words()],
            terminal: terminal.SlavePath);
        terminal.WaitFor("33 99");
        run.Finish().Succeeds();
    }

    [Fact]
    public void Console_socket_that_nobody_listens_at_undoes_the_container()
    {
        Container container = NewContainer(WithTerminal);
        container.Create("--console-socket", Directory + "/nobody.sock").FailsWith("no such file or directory");
        NothingIsLeft();
    }

    [Fact]
    public void A_long_text_pasted_to_a_program_that_echoes_it_does_not_stop()
    {
        // More than the terminal's buffers hold, in both directions at once; not before the terminal is raw, which it is
        // not at first, and then it drops what is too long for a line.
        Container container = NewContainer("""{"process":{"terminal":true},"root":{"readonly":false}}""");
        string fifo = Directory + "/input";
        Command.Shell("mkfifo \"$1\"", fifo).Succeeds();
        container.Bundle.Script("stty raw -echo; echo >/ready; head -c 400000 | tee /dev/stderr | wc -c");
        using Command feeder = Command.Start("/bin/sh", ["-c", "exec >\"$1\"; until [ -e \"$2\" ]; do sleep 0.01; done; head -c 400000 /dev/zero | tr '\\0' x", "sh", fifo, container.Bundle.Rootfs + "/ready"]);
        using Terminal terminal = Terminal.Open();
        using Command command = container.StartRun([], redirect: $"<{fifo} 2>{terminal.SlavePath}");
        command.Finish().Succeeds().Stdout.Should().EndWith("400000\n");
        feeder.Finish().Succeeds();
    }
}
