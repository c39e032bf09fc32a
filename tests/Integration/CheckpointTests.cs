using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>checkpoint and restore with the real CRIU.</summary>
[Trait("Lane", "Integration")]
public sealed class CheckpointTests : ContainerTest
{
    private const string Detached = "</dev/null >/dev/null 2>/dev/null";

    private string Images => Path.Combine(Directory, "images");

    private string Data => Path.Combine(Directory, "data");

    private string Log => Path.Combine(Data, "log");

    /// <summary>Counts into /data/log, a line for each number, whatever happens to it: a number that is there twice or missing shows a lost state.</summary>
    private Container Counting(string before = "", string? patch = null)
    {
        System.IO.Directory.CreateDirectory(Data);
        File.WriteAllText(Log, "");
        Container container = NewContainer(patch);
        container.Bundle.Append("mounts", $$"""{"destination":"/data","type":"bind","source":"{{Data}}","options":["bind"]}""");
        container.Bundle.Script(before + "i=0; while :; do i=$((i+1)); echo $i >>/data/log; sleep 0.05; done");
        return container;
    }

    /// <summary>Another container of the same bundle, made by restore.</summary>
    private Container Restored(Container original, string redirect = Detached, params string[] flags)
    {
        Container container = NewContainer(bundle: original.Bundle);
        using Command command = container.StartCommand("restore", ["--detach", "--bundle", original.Bundle.Directory, "--image-path", Images, .. flags, container.Id], redirect: redirect);
        command.Finish().Succeeds();
        return container;
    }

    private static void Start(Container container)
    {
        using Command command = container.StartRun(["--detach"], redirect: Detached);
        command.Finish().Succeeds();
    }

    private CommandResult Checkpoint(Container container, params string[] flags) => container.Command("checkpoint", ["--image-path", Images, .. flags, container.Id]);

    private int Count() => File.ReadAllText(Log).Count(c => c == '\n');

    /// <summary>Waits until it has counted on; the numbers must be those from one on, each once.</summary>
    private void CountsOn()
    {
        int before = Count();
        Wait.Until(() => Count() >= before + 3, "it counts", () => File.ReadAllText(Log));
        string[] lines = File.ReadAllLines(Log);
        lines.Should().Equal(Enumerable.Range(1, lines.Length).Select(i => i.ToString(CultureInfo.InvariantCulture)));
    }

    private void Ends(Container container)
    {
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
        NothingIsLeft();
    }

    [CriuFact]
    public void A_process_goes_on_where_it_was()
    {
        Container container = Counting(
            before: "exec 3</etc/passwd; read line <&3; echo kept >/dev/shm/kept; ",
            patch: """{"root":{"readonly":true},"linux":{"sysctl":{"net.ipv4.ip_forward":"1"},"resources":{"pids":{"limit":77}}}}""");
        string hook = Path.Combine(Directory, "hook");
        foreach (string kind in new[] { "createRuntime", "poststop" })
            container.Bundle.Append($"hooks.{kind}", $$"""{"path":"/bin/sh","args":["sh","-c","cat >>{{hook}}; echo >>{{hook}}"]}""");
        Start(container);
        CountsOn();
        Checkpoint(container, "--work-path", Path.Combine(Directory, "work")).Succeeds().Stdout.Should().BeEmpty();
        NothingIsLeft();
        File.ReadAllText(Path.Combine(Images, "descriptors.json")).Should().Be("""["/dev/null","/dev/null","/dev/null"]""");
        File.Exists(Path.Combine(Directory, "work/dump.log")).Should().BeTrue();
        File.Exists(Path.Combine(Images, "dump.log")).Should().BeFalse();
        Command.Run("stat", "-c", "%a", Images).Succeeds().Lines.Should().Equal("700");
        File.WriteAllText(hook, "");

        string pidFile = Path.Combine(Directory, "pid");
        Container restored = Restored(container, flags: ["--pid-file", pidFile]);
        CountsOn();
        JsonObject state = restored.State();
        state["status"]!.GetValue<string>().Should().Be("running");
        File.ReadAllText(pidFile).Should().Be(restored.Pid.ToString(CultureInfo.InvariantCulture));
        string[] told = File.ReadAllLines(hook);
        told.Should().ContainSingle();
        told[0].Should().Contain("\"status\":\"creating\"").And.Contain($"\"id\":\"{restored.Id}\"");

        restored.Cgroup("pids.max").Should().Be("77");
        restored.Command("exec", restored.Id, "/bin/sh", "-c",
            "cat /dev/shm/kept; cat /proc/1/fdinfo/3 | head -n 1; ip addr show lo | grep -c 127.0.0.1; touch /file 2>&1; cat /proc/keys | wc -c; ls /sys/firmware; cat /proc/sys/net/ipv4/ip_forward; ls -l /proc/1/exe | sed 's/.* //'")
            .Succeeds().Lines.Should().Equal("kept", "pos:\t30", "1", "touch: /file: Read-only file system", "0", "1", "/bin/busybox");
        restored.Command("pause", restored.Id).Succeeds();
        restored.Status.Should().Be("paused");
        restored.Command("resume", restored.Id).Succeeds();
        CountsOn();
        Ends(restored);
    }

    [CriuFact("mem_dirty_track")]
    public void Left_running_with_its_memory_saved_before()
    {
        Container container = Counting();
        Start(container);
        string before = Path.Combine(Directory, "before");
        container.Command("checkpoint", "--pre-dump", "--image-path", before, container.Id).Succeeds();
        container.Status.Should().Be("running");
        Checkpoint(container, "--leave-running", "--parent-path", "../before").Succeeds();
        container.Status.Should().Be("running");
        File.ResolveLinkTarget(Path.Combine(Images, "parent"), returnFinalTarget: true)!.FullName.Should().Be(before);
        CountsOn();
        Checkpoint(container, "--parent-path", "/tmp").FailsWith("--parent-path must be relative");
        Ends(container);
        string[] counted = File.ReadAllLines(Log);

        // From the moment of the checkpoint, twice, at the same time.
        Container one = Restored(container), other = Restored(container);
        Wait.Until(() => File.ReadAllLines(Log).Skip(counted.Length).GroupBy(line => line).Any(group => group.Count() == 2), "both count", () => File.ReadAllText(Log));
        foreach (Container restored in new[] { one, other })
            restored.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [CriuFact]
    public void In_a_user_namespace()
    {
        Container container = Counting();
        container.Bundle.WithUserNamespace();
        Linux.Chown(Data, 100000, 100000);
        Linux.Chown(Log, 100000, 100000);
        Start(container);
        CountsOn();
        Checkpoint(container).Succeeds();
        // The root of the user namespace looks for the images in it, and nobody else does.
        Command.Run("stat", "-c", "%a %g", Images).Succeeds().Lines.Should().Equal("750 100000");
        Container restored = Restored(container);
        CountsOn();
        File.ReadAllText($"/proc/{restored.Pid}/uid_map").Split(' ', '\n').Where(field => field.Length > 0).Should().Equal("0", "100000", "65536");
        restored.Command("exec", restored.Id, "/bin/sh", "-c", "id -u; echo >/dev/null && echo written").Succeeds().Lines.Should().Equal("0", "written");
        Ends(restored);
    }

    [CriuFact("mem_dirty_track")]
    public void In_a_user_namespace_with_its_memory_saved_before()
    {
        Container container = Counting();
        container.Bundle.WithUserNamespace();
        Linux.Chown(Data, 100000, 100000);
        Linux.Chown(Log, 100000, 100000);
        Start(container);
        string before = Path.Combine(Directory, "before");
        container.Command("checkpoint", "--pre-dump", "--image-path", before, container.Id).Succeeds();
        Checkpoint(container, "--parent-path", "../before").Succeeds();
        // As a copy of the images would be.
        Command.Run("chmod", "700", Images, before).Succeeds();
        Container restored = Restored(container);
        CountsOn();
        Ends(restored);
    }

    [CriuFact]
    public void In_the_foreground_and_in_a_joined_network_signals_and_the_status_are_passed_on()
    {
        Container holder = NewContainer();
        holder.Bundle.Args("sleep", "1000");
        Start(holder);
        string network = $"/proc/{holder.Pid}/ns/net";
        Container container = Counting(before: "trap 'exit 7' TERM; ");
        container.Bundle.WithNamespace("network", network);
        Start(container);
        CountsOn();
        Checkpoint(container).Succeeds();
        Container restored = NewContainer(bundle: container.Bundle);
        using Command command = restored.StartCommand("restore", ["--bundle", container.Bundle.Directory, "--image-path", Images, restored.Id], redirect: Detached);
        restored.WaitUntilRunning();
        CountsOn();
        new FileInfo($"/proc/{restored.Pid}/ns/net").LinkTarget.Should().Be(new FileInfo(network).LinkTarget);
        command.Signal(15);
        command.Finish().ExitsWith(7);
        holder.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [CriuFact]
    public void Pipes_are_the_callers()
    {
        Container container = NewContainer();
        container.Bundle.Script("i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done");
        container.Bundle.Write();
        string first = Path.Combine(Directory, "first"), second = Path.Combine(Directory, "second");
        using Command run = Piped(first, container, "run", "--detach", container.Id);
        Wait.Until(() => Lines(first).Length > 2, "it counts");
        Checkpoint(container).Succeeds();
        // Its end of the pipe is closed.
        run.Finish().Succeeds();
        JsonArray descriptors = JsonNode.Parse(File.ReadAllText(Path.Combine(Images, "descriptors.json")))!.AsArray();
        descriptors.Select(link => (string)link!).Should().SatisfyRespectively(
            link => link.Should().Be("/dev/null"), link => link.Should().StartWith("pipe:["), link => link.Should().StartWith("pipe:["));

        Container restored = NewContainer(bundle: container.Bundle);
        using Command restore = Piped(second, restored, "restore", "--detach", "--image-path", Images, restored.Id);
        Wait.Until(() => Lines(second).Length > 2, "it goes on");
        Ends(restored);
        restore.Finish().Succeeds();
        string[] lines = [.. Lines(first), .. Lines(second)];
        lines.Should().Equal(Enumerable.Range(1, lines.Length).Select(i => i.ToString(CultureInfo.InvariantCulture)));
    }

    [CriuFact]
    public void A_terminal_comes_over_the_console_socket()
    {
        Container container = NewContainer("""{"process":{"terminal":true}}""");
        container.Bundle.Script("n=0; while read line; do n=$((n+1)); echo \"line $n <$line>\"; done");
        using (var socket = new DescriptorSocket(Path.Combine(Directory, "console")))
        {
            container.Run("--detach", "--console-socket", socket.Path).Succeeds();
            using var terminal = new Terminal(socket.Receive().Descriptors[0]);
            terminal.Type("one\r");
            terminal.WaitFor("line 1 <one>");
            Checkpoint(container).Succeeds();
        }

        using var again = new DescriptorSocket(Path.Combine(Directory, "console2"));
        Container restored = Restored(container, Detached, "--console-socket", again.Path);
        using var taken = new Terminal(again.Receive().Descriptors[0]);
        taken.Type("two\r");
        taken.WaitFor("line 2 <two>");
        Ends(restored);
    }

    [CriuFact]
    public void Connections_and_locks_go_on_where_the_flags_say_so()
    {
        string locked = Path.Combine(Data, "locked");
        // The lock belongs to the shell's open file; nc is given lines for as long as it is connected.
        Container container = Counting(before:
            "exec 9>/data/locked; flock-9; sleep 100000 | nc -l -p 5000 >>/data/log & until netstat -tln | grep -q :5000; do sleep 0.1; done; " +
            "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done | nc 127.0.0.1 5000; exit 1; ");
        TinyProgram.Write64(container.Bundle.Rootfs + "/bin/flock-9", call: 73, first: 9, second: 2); // flock(9, LOCK_EX)
        Start(container);
        CountsOn();
        Checkpoint(container).FailsWith("Connected TCP socket");
        Checkpoint(container, "--tcp-established").FailsWith("file locks");
        CountsOn();
        Checkpoint(container, "--tcp-established", "--file-locks").Succeeds();
        Command.Run("flock", "-n", locked, "true").Succeeds();
        Container restored = Restored(container, flags: ["--tcp-established", "--file-locks"]);
        CountsOn();
        Command.Run("flock", "-n", locked, "true").ExitsWith(1);
        Ends(restored);
    }

    [CriuFact]
    public void A_socket_of_the_hosts_is_connected_to_again()
    {
        System.IO.Directory.CreateDirectory(Data);
        string name = Path.Combine(Data, "log");
        using Socket log = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = (int)Command.Limit.TotalMilliseconds };
        log.Bind(new UnixDomainSocketEndPoint(name));
        // CRIU finds the other end in the container's network namespace alone, and again by its name.
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("network").Append("mounts", $$"""{"destination":"{{Data}}","type":"bind","source":"{{Data}}","options":["bind"]}""");
        container.Bundle.Script($"ln -s {name} /dev/log; i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done | logger");
        Start(container);
        Receive(log);
        Checkpoint(container).FailsWith("External socket is used");
        Checkpoint(container, "--ext-unix-sk").Succeeds();
        log.Blocking = false;
        int last = 0;
        while (log.Poll(0, SelectMode.SelectRead))
            last = Receive(log);
        log.Blocking = true;
        Container restored = Restored(container, flags: ["--ext-unix-sk"]);
        Receive(log).Should().Be(last + 1);
        Ends(restored);
    }

    /// <summary>The number at the end of a message to syslog.</summary>
    private static int Receive(Socket log)
    {
        byte[] message = new byte[256];
        string text = Encoding.ASCII.GetString(message, 0, log.Receive(message)).TrimEnd('\0', '\n');
        return int.Parse(text[(text.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    [CriuFact]
    public void A_foreground_restore_carries_the_terminal()
    {
        Container container = NewContainer("""{"process":{"terminal":true}}""");
        container.Bundle.Script("x=$(head -c 1000000 /dev/urandom | base64); while :; do echo tick; sleep 0.1; done & n=0; while read line; do n=$((n+1)); echo \"line $n <$line> ${#x}\"; done");
        using Terminal first = Terminal.Open();
        using Command run = container.StartRun([], terminal: first.SlavePath);
        // What is typed before a runtime has the terminal may be lost.
        first.WaitFor("tick");
        first.Type("one\r");
        first.WaitFor("line 1 <one>");
        Checkpoint(container).Succeeds();
        // The runtime that carried its terminal ends with it: CRIU has killed it.
        run.Finish().ExitsWith(137);
        long saved = PageBlocks();

        using Terminal second = Terminal.Open();
        Container restored = NewContainer(bundle: container.Bundle);
        using Command restore = restored.StartCommand(
            "restore", ["--auto-dedup", "--bundle", container.Bundle.Directory, "--image-path", Images, restored.Id], terminal: second.SlavePath);
        second.WaitFor("tick");
        second.Type("two\r");
        second.WaitFor("line 2 <two> 13");
        // --auto-dedup: what is restored is no longer in the images.
        PageBlocks().Should().BeLessThan(saved / 2);
        second.Type("\u0004");
        restore.Finish().Succeeds();
        NothingIsLeft();
    }

    /// <summary>What the images of memory take on the disk, KiB.</summary>
    private long PageBlocks() => System.IO.Directory.GetFiles(Images, "pages-*.img")
        .Sum(file => long.Parse(Command.Run("du", "-k", file).Succeeds().Stdout.Split('\t')[0], CultureInfo.InvariantCulture));

    [CriuFact]
    public void Without_what_it_needs_restore_leaves_nothing()
    {
        Container container = Counting();
        Start(container);
        CountsOn();
        container.Command("checkpoint", "--image-path", Path.Combine(Directory, "no"), "--manage-cgroups-mode", "some", container.Id).FailsWith("Invalid manage cgroups mode");
        Checkpoint(container).Succeeds();
        File.Delete(Path.Combine(Images, "pstree.img"));
        Container restored = NewContainer(bundle: container.Bundle);
        restored.Command("restore", "--bundle", container.Bundle.Directory, "--image-path", Images, restored.Id)
            .FailsWith("criu failed: ").Stderr.Should().Contain($"; log file: {Images}/restore.log");
        NothingIsLeft();
    }

    /// <summary>Runs the runtime with stdout and stderr in a pipe to a file; ends with the pipe's last writer.</summary>
    private Command Piped(string file, Container container, string command, params string[] arguments) => Command.Start(
        "/bin/sh", ["-c", "\"$@\" </dev/null 2>&1 | cat >\"$0\"", file, container.Runtime.Path, "--root", Root, command, .. arguments], directory: container.Bundle.Directory);

    private static string[] Lines(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];
}
