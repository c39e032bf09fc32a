using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
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
public sealed class KilledTests(ITestOutputHelper output) : ContainerTest
{
    private const int Moments = 48;
    private const string Peers = "runc 1.1.5 leaves cgroups and processes that it has not written down yet";

    private int _killed;

    private Container NewSleeper()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Bundle.WithoutNamespace("pid");
        foreach (string hook in new[] { "createRuntime", "createContainer", "poststart", "poststop" })
            container.Bundle.Append($"hooks.{hook}", """{"path":"/bin/true"}""");
        container.Bundle.Write();
        return container;
    }

    private string[] Words(Container container, string command) =>
        command == "create"
            ? [container.Runtime.Path, "--root", Root, "create", "--bundle", container.Bundle.Directory, container.Id]
            : command == "delete"
                ? [container.Runtime.Path, "--root", Root, "delete", "--force", container.Id]
                : [container.Runtime.Path, "--root", Root, command, container.Id];

    // The system calls that a command makes, without its children's: their names, and the how-manieth of its name each is.
    private List<(string Name, int Ordinal)> Trace(Container container, string command)
    {
        string trace = Directory + "/trace";
        Command.Run("strace", ["-o", trace, .. Words(container, command)]).Succeeds();
        var counts = new Dictionary<string, int>();
        var calls = new List<(string, int)>();
        foreach (Match match in File.ReadLines(trace).Select(line => Regex.Match(line, @"^(\w+)\(")).Where(match => match.Success))
        {
            string name = match.Groups[1].Value;
            counts[name] = counts.GetValueOrDefault(name) + 1;
            calls.Add((name, counts[name]));
        }

        return calls;
    }

    private void KillAt(Container container, string command, (string Name, int Ordinal) call)
    {
        CommandResult result = Command.Run("strace", ["-o", "/dev/null", "-e", $"inject={call.Name}:signal=SIGKILL:when={call.Ordinal}", .. Words(container, command)]);
        output.WriteLine($"{command}, {call.Name} number {call.Ordinal}: exit status {result.ExitCode}");
        if (result.ExitCode == 128 + 9)
            _killed++;
    }

    private void Sweep(string command, Action<Container> prepare)
    {
        Container first = NewSleeper();
        prepare(first);
        List<(string Name, int Ordinal)> calls = Trace(first, command);
        first.Delete("--force").Succeeds();
        NothingIsLeft();
        for (int moment = 0; moment < Moments; moment++)
        {
            Container container = NewSleeper();
            prepare(container);
            (string Name, int Ordinal) call = calls[moment * (calls.Count - 1) / (Moments - 1)];
            KillAt(container, command, call);
            container.Delete("--force").Succeeds();
            try
            {
                NothingIsLeft();
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{command} killed at its {call.Name} number {call.Ordinal}", error);
            }
        }

        // A run may take another way than the traced one, but seldom: the moments must have been real.
        _killed.Should().BeGreaterThan(Moments * 3 / 4);
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
