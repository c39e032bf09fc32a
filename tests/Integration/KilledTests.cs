using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// ocirun is killed (SIGKILL) in the middle of a command, and then delete --force must leave the host as it was.
/// strace delivers the signal at the entry of a chosen system call, so the moments are exact and cover the whole command.
/// </summary>
[Trait("Lane", "Integration")]
public sealed class KilledTests(ITestOutputHelper output) : StraceTest
{
    private const int Moments = 48;
    private const string Peers = "runc 1.1.5 leaves cgroups and processes that it has not written down yet";

    private int _killed;

    private Container NewSleeper(Bundle? bundle = null)
    {
        Container container = NewContainer(bundle: bundle);
        if (bundle is not null)
            return container;
        container.Bundle.Args("sleep", "1000");
        container.Bundle.WithoutNamespace("pid");
        foreach (string hook in new[] { "createRuntime", "createContainer", "poststart", "poststop" })
            container.Bundle.Append($"hooks.{hook}", """{"path":"/bin/true"}""");
        container.Bundle.Write();
        return container;
    }

    private void KillAt(Container container, string command, (string Name, int Ordinal) call)
    {
        CommandResult result = Strace(container, command, "-o", "/dev/null", "-e", $"inject={call.Name}:signal=SIGKILL:when={call.Ordinal}");
        output.WriteLine($"{command}, {call.Name} number {call.Ordinal}: exit status {result.ExitCode}");
        if (result.ExitCode == 128 + 9)
            _killed++;
    }

    private void Sweep(string command, Action<Container> prepare, int moments = Moments, params string[] flags)
    {
        Bundle? bundle = null;
        Container first = New();
        List<(string Name, int Ordinal)> calls = Trace(first, command);
        first.Delete("--force").Succeeds();
        NothingIsLeft();
        for (int moment = 0; moment < moments; moment++)
        {
            Container container = New();
            (string Name, int Ordinal) call = calls[(moment + 1) * (calls.Count - 1) / moments];
            KillAt(container, command, call);
            // What the dead command has written down must do: its flags are not repeated.
            container.GlobalFlags.Clear();
            try
            {
                container.Delete("--force").Succeeds();
                NothingIsLeft();
                if (flags.Contains("--systemd-cgroup"))
                    Wait.Until(() => Units().Length == 0, "systemd has no unit of the container", Units);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{command} killed at its {call.Name} number {call.Ordinal}", error);
            }
        }

        // A run may take another way than the traced one, but seldom: the moments must have been real. On a bus there is more to
        // tell, or less.
        if (flags.Length == 0)
            _killed.Should().BeGreaterThan(moments * 3 / 4);
        else
            _killed.Should().BeGreaterThanOrEqualTo(moments / 2);

        Container New()
        {
            Container container = NewSleeper(bundle);
            bundle = container.Bundle;
            container.GlobalFlags.AddRange(flags);
            prepare(container);
            return container;
        }

        string Units() => Command.Run("systemctl", "list-units", "--all", "--no-legend", "--type=scope", $"*{Token}*").Succeeds().Stdout.Trim();
    }

    [OcirunFact(Peers)]
    public void In_create() => Sweep("create", _ => { });

    [OcirunFact(Peers)]
    public void In_start() => Sweep("start", container => container.Create().Succeeds());

    [OcirunFact(Peers)]
    public void In_delete() => Sweep("delete", container =>
    {
        container.Create().Succeeds();
        container.Start().Succeeds();
    });

    [SystemdTheory]
    [Trait("Lane", "Systemd")]
    [InlineData("create")]
    [InlineData("run")]
    [InlineData("delete")]
    public void With_a_scope_of_systemd(string command) => Sweep(
        command,
        container =>
        {
            if (command == "delete")
                container.Run("--detach").Succeeds();
        },
        moments: command == "create" ? 5 : 3,
        "--systemd-cgroup");

    [OcirunFact(Peers)]
    public void In_run()
    {
        // Foreground run, killed while the container runs.
        Container container = NewSleeper();
        using Command command = container.StartRun([]);
        container.WaitUntilRunning();
        command.Signal(9);
        command.Finish().ExitsWith(128 + 9);
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [OcirunTheory(Peers)]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public void While_a_hook_of_create_runs(string hook)
    {
        Container container = NewContainer();
        string ready = Directory + "/ready";
        container.Bundle.Args("true").Append($"hooks.{hook}", $$"""{"path":"/bin/sh","args":["sh","-c","echo >{{ready}}; exec tail -f {{ready}}"]}""").Write();
        using Command command = container.StartCommand("create", ["--bundle", container.Bundle.Directory, container.Id]);
        Wait.Until(() => File.Exists(ready), "the hook runs");
        command.Signal(9);
        command.Finish().ExitsWith(128 + 9);
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 warns of a cgroup with processes and joins it")]
    public void Before_the_cgroup_of_another_container_was_refused()
    {
        Container owner = NewSleeper();
        owner.Bundle.Config["linux"]!["cgroupsPath"] = "/" + owner.Id;
        owner.Create().Succeeds();
        Container container = NewSleeper();
        container.Bundle.Config["linux"]!["cgroupsPath"] = "/" + owner.Id;
        container.Bundle.Write();
        // The first one makes the container's own directory, the second one begins with the cgroup.
        KillAt(container, "create", ("mkdirat", 2));
        _killed.Should().Be(1);
        container.Delete("--force").Succeeds();
        owner.Status.Should().Be("created");
        owner.CgroupDirectories().Should().NotBeEmpty();
        owner.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [Fact]
    public void The_init_that_is_killed_before_start()
    {
        Container container = NewSleeper();
        container.Create().Succeeds();
        Linux.Kill(container.Pid, 9);
        container.WaitUntilStopped();
        container.Start().FailsWith("cannot start a container that has stopped");
        container.Delete().Succeeds();
        NothingIsLeft();
    }

    [OcirunFact(Peers)]
    public void The_next_command_is_not_held_up_by_the_lock_of_a_killed_one()
    {
        Container container = NewSleeper();
        List<(string Name, int Ordinal)> calls = Trace(container, "create");
        container.Delete("--force").Succeeds();
        for (int moment = 1; moment < 8; moment++)
        {
            KillAt(container, "create", calls[moment * calls.Count / 8]);
            container.Delete("--force").Succeeds();
            container.Create().Succeeds();
            container.Delete("--force").Succeeds();
        }
    }
}
