using System;
using System.Collections.Generic;
using System.IO;
using FluentAssertions;
using OciRuntime.Container.Cgroups.Systemd;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Errors;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.Systemd;

/// <summary>Which of systemd's sockets is used, and what is said when it, or the bus, is absent, refuses, fails or dies.</summary>
public sealed class SystemdManagerTests : IDisposable
{
    private const string Denied = "org.freedesktop.DBus.Error.AccessDenied", UnitExists = "org.freedesktop.systemd1.UnitExists";

    private readonly string _directory = Directory.CreateTempSubdirectory("ocirun-systemd-").FullName;

    private string Absent => Path.Combine(_directory, "absent");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>A systemd of version 252 where every job is done.</summary>
    private static IEnumerable<DBusMessage> Answer(DBusMessage call) => call.Member switch
    {
        "Get" => [FakeManager.Reply(call, "v", new DBusValue("s", "252.38-1~deb12u1"))],
        // Before the reply, which is the first to name the job, and among others.
        "StartTransientUnit" or "StopUnit" => [FakeManager.JobRemoved("/job/1", "failed"), FakeManager.JobRemoved("/job/2", "done"), FakeManager.Reply(call, "o", "/job/2")],
        _ => [FakeManager.Reply(call)],
    };

    private FakeManager New(Func<DBusMessage, IEnumerable<DBusMessage>?>? answer = null) => new(_directory, answer ?? Answer);

    private FakeManager Refusing() => new(_directory, Answer, "REJECTED EXTERNAL\r\nREJECTED EXTERNAL\r\n");

    private static SystemdManager Connect(params (string, bool)[] sockets) => SystemdManager.Connect(sockets, "do something");

    private static void Start(SystemdManager manager) => manager.StartTransientUnit("a.scope", [new("Delegate", DBusValue.Of(true))]);

    [Fact]
    public void Its_own_socket_comes_first_and_needs_no_greeting()
    {
        using FakeManager own = New(), bus = New();
        using (SystemdManager manager = Connect((own.Path, false), (bus.Path, true)))
        {
            manager.Version.Should().Be(252);
            Start(manager);
            manager.StopUnit("a.scope");
        }

        own.Calls.Should().Equal("Get", "StartTransientUnit", "StopUnit");
        bus.Calls.Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_bus_is_used_where_its_own_socket_is_absent_or_refuses(bool refuses)
    {
        using FakeManager own = Refusing(), bus = New();
        using (SystemdManager manager = Connect((refuses ? own.Path : Absent, false), (bus.Path, true)))
            Start(manager);
        bus.Calls.Should().Equal("Hello", "AddMatch", "Subscribe", "StartTransientUnit");
    }

    [Fact]
    public void A_bus_without_systemd_is_passed_over()
    {
        using FakeManager other = New(call => call.Member == "Subscribe" ? [FakeManager.Error(call, "org.freedesktop.DBus.Error.ServiceUnknown", "no such name")] : Answer(call));
        using FakeManager bus = New();
        using (SystemdManager manager = Connect((other.Path, true), (bus.Path, true)))
            Start(manager);
        bus.Calls.Should().EndWith("StartTransientUnit");
    }

    [Fact]
    public void Where_nobody_listens_the_error_is_that_of_its_own_socket()
    {
        string closed = Path.Combine(_directory, "closed");
        File.WriteAllText(closed, "");
        FluentActions.Invoking(() => Connect((closed, false), (Absent, true))).Should().Throw<ContainerException>()
            .WithMessage($"connect to systemd: connect {closed}: connection refused; do something");
    }

    [Fact]
    public void Where_everybody_refuses_the_error_says_who()
    {
        using FakeManager bus = Refusing();
        FluentActions.Invoking(() => Connect((bus.Path, true))).Should().Throw<ContainerException>()
            .WithMessage($"connect to systemd: {bus.Path} does not accept this user: REJECTED EXTERNAL*do something");
    }

    [Fact]
    public void Without_a_socket_to_try_there_is_no_session() =>
        FluentActions.Invoking(() => Connect()).Should().Throw<ContainerException>().WithMessage("connect to systemd: there is no session: *");

    [Fact]
    public void What_the_bus_says_to_a_call_that_it_refuses_is_the_error()
    {
        using FakeManager bus = New(call => call.Member == "StartTransientUnit" ? [FakeManager.Error(call, Denied, "Interactive authentication required.")] : Answer(call));
        using SystemdManager manager = Connect((bus.Path, true));
        FluentActions.Invoking(() => Start(manager)).Should().Throw<ContainerException>()
            .WithMessage($"start the systemd unit a.scope: Interactive authentication required. ({Denied})");
    }

    [Fact]
    public void A_job_that_fails_is_an_error_and_its_unit_is_forgotten()
    {
        using FakeManager own = New(call => call.Member == "StartTransientUnit" ? [FakeManager.Reply(call, "o", "/job/3"), FakeManager.JobRemoved("/job/3", "failed")] : Answer(call));
        using SystemdManager manager = Connect((own.Path, false));
        FluentActions.Invoking(() => Start(manager)).Should().Throw<ContainerException>().WithMessage("error creating systemd unit `a.scope`: got `failed`*");
        own.Calls.Should().Equal("StartTransientUnit", "ResetFailedUnit");
    }

    [Fact]
    public void A_unit_that_is_left_from_a_failure_is_replaced()
    {
        int starts = 0;
        using FakeManager own = New(call => call.Member == "StartTransientUnit" && starts++ == 0 ? [FakeManager.Error(call, UnitExists, "Unit a.scope was already loaded.")] : Answer(call));
        using SystemdManager manager = Connect((own.Path, false));
        Start(manager);
        own.Calls.Should().Equal("StartTransientUnit", "ResetFailedUnit", "StartTransientUnit");
    }

    [Fact]
    public void A_manager_that_dies_is_an_error()
    {
        using FakeManager own = New(call => call.Member == "StartTransientUnit" ? null : Answer(call));
        using SystemdManager manager = Connect((own.Path, false));
        FluentActions.Invoking(() => Start(manager)).Should().Throw<ContainerException>()
            .WithMessage($"start the systemd unit a.scope: read {own.Path}: connection reset by peer");
    }

    [Fact]
    public void What_is_no_message_is_an_error()
    {
        using var own = new FakeManager(_directory, Answer, "DATA\r\nOK 0123\r\nThis is not a message of D-Bus.\r\n");
        using SystemdManager manager = Connect((own.Path, false));
        FluentActions.Invoking(() => Start(manager)).Should().Throw<ContainerException>().WithMessage("start the systemd unit a.scope: what came is not a message");
    }
}
