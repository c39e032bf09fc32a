using System.Collections.Generic;
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary><c>--systemd-cgroup</c> on a host that runs systemd, whatever its cgroup version: what systemd knows of a container.</summary>
[Trait("Lane", "Systemd")]
public sealed class SystemdTests : SystemdTest
{
    [SystemdFact]
    public void Without_a_path_the_scope_has_the_containers_id()
    {
        Container container = New();
        if (Cgroups.IsV2)
            container.Bundle.WithoutNamespace("cgroup");
        container.Create().Succeeds();
        string scope = $"/system.slice/ocirun-{container.Id}.scope";
        Read(Cgroups.DirectoryOf("systemd", scope), "cgroup.procs").Should().Be($"{container.Pid}");
        // In every hierarchy, also those that systemd does not use.
        PlacesOf(container.Pid).Should().OnlyContain(place => place.EndsWith(":" + scope));
        container.Start().Succeeds();
        container.Command("exec", container.Id, "cat", "/proc/self/cgroup").Succeeds().Stdout.Should().Be(File.ReadAllText($"/proc/{container.Pid}/cgroup"));
        container.Command("pause", container.Id).Succeeds();
        container.Status.Should().Be("paused");
        container.Command("resume", container.Id).Succeeds();
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
        NothingIsLeft();
    }

    [SystemdFact]
    public void Annotations_are_properties_of_the_scope()
    {
        Container container = New();
        container.Bundle.Patch("""
            {"annotations":{"org.systemd.property.TimeoutStopSec":"uint64 7","org.systemd.property.CollectMode":"'inactive-or-failed'","org.systemd.property.TasksMax":"uint64 77"}}
            """);
        container.Create().Succeeds();
        Show($"ocirun-{container.Id}.scope").Should().Contain(new Dictionary<string, string>
        {
            ["TimeoutStopUSec"] = "7s",
            ["CollectMode"] = "inactive-or-failed",
            ["TasksMax"] = "77",
        });
    }

    [SystemdFact]
    public void A_limit_of_one_task_lets_the_container_in()
    {
        Container container = New("""{"pids":{"limit":1}}""");
        container.Run("--detach").Succeeds();
        string unit = $"ocirun-{container.Id}.scope";
        Read(Cgroups.DirectoryOf("pids", "/system.slice/" + unit), "pids.max").Should().Be("1");
        Read(Cgroups.DirectoryOf("pids", "/system.slice/" + unit), "pids.current").Should().Be("1");
        Show(unit)["TasksMax"].Should().Be("1");
    }

    [SystemdFact]
    public void A_unit_that_runs_is_not_taken_and_not_stopped()
    {
        Container first = New(path: $"{Slice}:pre:{Token}"), second = New(path: $"{Slice}:pre:{Token}");
        first.Run("--detach").Succeeds();
        second.Run("--detach").FailsWith($"start the systemd unit pre-{Token}.scope: ");
        first.Status.Should().Be("running");
        Show($"pre-{Token}.scope")["ActiveState"].Should().Be("active");
        Read(Cgroups.DirectoryOf("systemd", SlicePath) + $"/pre-{Token}.scope", "cgroup.procs").Should().Be($"{first.Pid}");
    }

    [SystemdFact]
    public void What_fails_leaves_no_unit()
    {
        Container container = New();
        container.Bundle.Args("/no/such/program");
        container.Run().FailsWith("no such file or directory");
        NothingIsLeft();
        Show($"ocirun-{container.Id}.scope")["LoadState"].Should().Be("not-found");
    }

    [SystemdFact]
    public void A_foreground_container_is_its_scopes_only_process_and_ends_it()
    {
        Container container = New();
        container.Bundle.Script("echo up; exec sleep 1000");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Length > 0, "the container runs");
        Read(Cgroups.DirectoryOf("systemd", $"/system.slice/ocirun-{container.Id}.scope"), "cgroup.procs").Should().Be($"{container.Pid}");
        container.Kill("KILL").Succeeds();
        run.Finish().ExitsWith(128 + 9);
        NothingIsLeft();
    }

    [SystemdTheory]
    [InlineData("/a/b", "expected cgroupsPath to be of format \\\"slice:prefix:name\\\" for systemd cgroups")]
    [InlineData("a--b.slice:x:y", "invalid slice name: a--b.slice")]
    public void Paths_of_another_form_are_errors(string path, string message)
    {
        New(path: path).Run("--detach").FailsWith(message);
        NothingIsLeft();
    }

    /// <summary>The runtime in mounts of its own, where systemd's socket is covered, and the system's bus too or not.</summary>
    private Runtime WithoutSocket(bool withoutBus)
    {
        string wrapper = Path.Combine(Directory, "ocirun");
        ExecutableFile.Write(wrapper, $"""
            #!/bin/sh
            exec unshare --mount --propagation private sh -c '
                mount --bind /dev/null /run/systemd/private{(withoutBus ? " && mount -t tmpfs tmpfs /run/dbus" : "")} && exec "$0" "$@"
            ' {Runtime.UnderTest.Path} "$@"
            """);
        return new Runtime(wrapper);
    }

    [SystemdFact]
    public void Where_systemds_own_socket_cannot_be_used_the_bus_is()
    {
        Container container = New("""{"pids":{"limit":20}}""", runtime: WithoutSocket(withoutBus: false));
        container.Run("--detach").Succeeds();
        string unit = $"ocirun-{container.Id}.scope";
        Show(unit)["TasksMax"].Should().Be("20");
        container.Command("update", container.Id, "--pids-limit", "9").Succeeds();
        Show(unit)["TasksMax"].Should().Be("9");
        container.Delete("--force").Succeeds();
        Show(unit)["LoadState"].Should().Be("not-found");
        NothingIsLeft();
    }

    [SystemdFact]
    public void Where_there_is_neither_it_is_an_error()
    {
        New(runtime: WithoutSocket(withoutBus: true)).Run("--detach").FailsWith("connect to systemd: connect /run/systemd/private: connection refused");
        NothingIsLeft();
    }
}
