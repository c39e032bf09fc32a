using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>sd_notify(3): what the container says of being ready reaches the service manager that started the runtime.</summary>
[Trait("Lane", "Integration")]
public sealed class NotifySocketTests : ContainerTest
{
    private const string Script = "[ -S \"$NOTIFY_SOCKET\" ] && [ -w \"$NOTIFY_SOCKET\" ] && echo $NOTIFY_SOCKET && exec sleep 1000";

    private Socket ServiceManager(Container container)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        socket.Bind(new UnixDomainSocketEndPoint(Directory + "/host.sock"));
        container.Environment["NOTIFY_SOCKET"] = Directory + "/host.sock";
        return socket;
    }

    private static string Receive(Socket socket)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }

    // As the container does it: through its own mount of the socket.
    private static void Say(Container container, string message)
    {
        string path = $"/proc/{container.Pid}/root/run/notify/notify.sock";
        Wait.Until(() => File.Exists(path), "the container's socket is there");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(Encoding.UTF8.GetBytes(message));
    }

    private static void HearsThatItIsReady(Socket host, string ready, int pid)
    {
        Receive(host).Should().Be(ready + "\n");
        Receive(host).Should().Be($"MAINPID={pid}\n");
    }

    [Fact]
    public void Start_returns_when_the_container_is_ready()
    {
        Container container = NewContainer();
        container.Bundle.Script("exec sleep 1000");
        using Socket host = ServiceManager(container);
        container.Create().Succeeds();
        using Command start = container.StartCommand("start", [container.Id]);
        Wait.Until(() => container.Status == "running", "the container runs");
        Say(container, "STATUS=still starting");
        Say(container, "READY=1\nMAINPID=1");
        HearsThatItIsReady(host, "READY=1", container.Pid);
        Receive(host).Should().Be("BARRIER=1");
        start.Finish().Succeeds();
    }

    [Fact]
    public void Start_returns_when_the_container_ends_unready()
    {
        Container container = NewContainer();
        container.Bundle.Script("exit 3");
        using Socket host = ServiceManager(container);
        container.Create().Succeeds();
        container.Start().Succeeds();
        host.Available.Should().Be(0);
    }

    [OcirunFact("runc 1.1.5 listens to whoever outlives the container's process")]
    public void Start_returns_when_the_container_has_ended_and_somebody_goes_on_talking()
    {
        Container container = NewContainer();
        container.Bundle.Script("exec sleep 1000");
        using Socket host = ServiceManager(container);
        container.Create().Succeeds();
        using Command start = container.StartCommand("start", [container.Id]);
        string path = $"{Root}/{container.Id}/notify/notify.sock";
        Wait.Until(() => File.Exists(path), "the container's socket is there");
        // As long as may be, in as many lines as may be: to read one takes longer than to send one.
        byte[] message = Encoding.ASCII.GetBytes(new string('\n', 4096));
        bool ends = false;
        int refusals = 0;
        Thread[] others = new Thread[4];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(() =>
            {
                using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
                socket.Connect(new UnixDomainSocketEndPoint(path));
                while (!Volatile.Read(ref ends) && Volatile.Read(ref refusals) < 1000)
                {
                    try
                    {
                        socket.Send(message);
                    }
                    catch (SocketException)
                    {
                        Interlocked.Increment(ref refusals);
                    }
                }
            });
            others[i].Start();
        }

        try
        {
            container.Kill("KILL").Succeeds();
            start.Finish().Succeeds();
        }
        finally
        {
            Volatile.Write(ref ends, true);
            foreach (Thread other in others)
                other.Join();
        }
    }

    [Fact]
    public void The_container_has_a_socket_of_its_own()
    {
        Container container = NewContainer();
        container.Bundle.Script(Script);
        using Socket host = ServiceManager(container);
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout == "/run/notify/notify.sock\n", "the container has written the socket's path");
        container.Command("exec", container.Id, "sh", "-c", "grep -c ' /run/notify .* ro,' /proc/self/mounts; echo x 2>&1 >/run/notify/file || echo read-only")
            .Succeeds().Lines[^1].Should().Be("read-only");
        container.Command("kill", container.Id, "KILL").Succeeds();
        run.Finish().ExitsWith(137);
    }

    [Fact]
    public void A_detached_run_returns_when_the_container_is_ready()
    {
        Container container = NewContainer();
        container.Bundle.Script(Script);
        using Socket host = ServiceManager(container);
        using Command run = container.StartRun(["--detach"]);
        container.WaitUntilRunning();
        Say(container, "READY=1");
        HearsThatItIsReady(host, "READY=1", container.Pid);
        Receive(host).Should().Be("BARRIER=1");
        run.Finish().Succeeds();
    }

    [OcirunFact("runc 1.1.5 passes signals on only after the container was ready")]
    public void A_run_that_stays_passes_it_on_and_is_the_process_to_watch()
    {
        Container container = NewContainer();
        container.Bundle.Script(Script);
        using Socket host = ServiceManager(container);
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Length > 0, "the container runs");
        Say(container, "READY=1");
        Receive(host).Should().Be("READY=1\n");
        Receive(host).Should().MatchRegex("^MAINPID=[0-9]+\n$").And.NotBe($"MAINPID={container.Pid}\n");
        container.Command("kill", container.Id, "KILL").Succeeds();
        run.Finish().ExitsWith(137);
    }
}
