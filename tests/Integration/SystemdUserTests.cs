using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// Containers of an ordinary user who has a session, and with it a delegated part of the cgroups: by the user's own
/// systemd, and without it; and what becomes of a user to whom nothing is delegated.
/// </summary>
[Trait("Lane", "Systemd")]
public sealed class SystemdUserTests(UserSession session) : ContainerTest, IClassFixture<UserSession>
{
    private const string Limits = """{"memory":{"limit":67108864},"pids":{"limit":20},"cpu":{"shares":512,"quota":20000,"period":100000}}""";

    /// <summary>What <c>spec --rootless</c> writes, with limits; all that the runtime does, it does as the user.</summary>
    /// <param name="environment">What is in the user's environment, as env(1) takes it.</param>
    /// <param name="resources">linux.resources.</param>
    /// <param name="enter">A cgroup that root moves the user's runtime into.</param>
    private Container New(string environment, string resources, string? enter = null)
    {
        string executable = Path.Combine(Directory, "bin", "ocirun"), wrapper = Path.Combine(Directory, "ocirun");
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(executable)!);
        if (!File.Exists(executable))
            ExecutableFile.Copy(Runtime.UnderTest.Path, executable);
        ExecutableFile.Write(wrapper, $"""
            #!/bin/sh
            {(enter is null ? "" : $"echo $$ >{enter}/cgroup.procs || exit")}
            exec setpriv --reuid {UserSession.Id} --regid {UserSession.Id} --init-groups env -i PATH="$PATH" {environment} {executable} "$@"
            """);
        Linux.Chown(Directory, UserSession.Id, UserSession.Id);
        Container container = NewContainer("{\"linux\":{\"resources\":" + resources + "}}", runtime: new Runtime(wrapper));
        string mapping = "[{\"containerID\":0,\"hostID\":" + UserSession.Id + ",\"size\":1}]";
        container.Bundle.WithNamespace("user").WithoutNamespace("cgroup").WithoutNamespace("network").Args("sleep", "1000").Patch($$"""
            {"linux":{"uidMappings":{{mapping}},"gidMappings":{{mapping}}},
             "mounts":[{"destination":"/proc","type":"proc","source":"proc"},{"destination":"/dev","type":"tmpfs","source":"tmpfs"}]}
            """);
        foreach (string path in System.IO.Directory.GetDirectories(container.Bundle.Rootfs).Append(container.Bundle.Rootfs))
            Linux.Chown(path, UserSession.Id, UserSession.Id);
        return container;
    }

    private static string Read(string directory, string file) => File.ReadAllText(Path.Combine(directory, file)).Trim();

    private static string PlaceOf(int pid) => File.ReadAllText($"/proc/{pid}/cgroup").Trim()["0::".Length..];

    private static void KernelHasThem(string directory)
    {
        Read(directory, "memory.max").Should().Be("67108864");
        Read(directory, "pids.max").Should().Be("20");
        Read(directory, "cpu.max").Should().Be("20000 100000");
        Read(directory, "cpu.weight").Should().Be("59");
    }

    [UserSessionTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_systemd_a_container_is_a_scope_of_the_users_session(bool overTheBus)
    {
        // Without the directory the manager's own socket cannot be found.
        Container container = New(overTheBus ? $"DBUS_SESSION_BUS_ADDRESS=unix:path={session.Directory}/bus" : $"XDG_RUNTIME_DIR={session.Directory}", Limits);
        container.GlobalFlags.Add("--systemd-cgroup");
        container.Run("--detach").Succeeds();
        string place = PlaceOf(container.Pid), unit = $"ocirun-{container.Id}.scope", directory = Cgroups.Root + place;
        place.Should().StartWith($"/user.slice/user-{UserSession.Id}.slice/user@{UserSession.Id}.service/").And.EndWith("/" + unit);
        KernelHasThem(directory);
        session.Show(unit).Should().Contain(new Dictionary<string, string>
        {
            ["ActiveState"] = "active",
            ["Delegate"] = "yes",
            ["MemoryMax"] = "67108864",
            ["TasksMax"] = "20",
            ["CPUWeight"] = "59",
            ["CPUQuotaPerSecUSec"] = "200ms",
        });
        container.Command("exec", container.Id, "cat", "/proc/self/cgroup").Succeeds().Stdout.Should().Be($"0::{place}\n");
        container.Command("update", container.Id, "--memory", "50m", "--pids-limit", "9").Succeeds();
        Read(directory, "memory.max").Should().Be("52428800");
        session.Show(unit)["TasksMax"].Should().Be("9");
        container.Command("pause", container.Id).Succeeds();
        container.Status.Should().Be("paused");
        container.Command("resume", container.Id).Succeeds();
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
        session.Show(unit)["LoadState"].Should().Be("not-found");
        NothingIsLeft();
    }

    [UserSessionFact]
    public void Without_systemd_a_container_is_where_cgroups_are_delegated_to_the_user()
    {
        // A service whose cgroups are the user's. Its own process makes room: a cgroup with processes has no controllers below.
        string script = Path.Combine(Directory, "service");
        File.WriteAllText(script, "cd /sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup) && mkdir leaf && echo $$ >leaf/cgroup.procs && exec sleep 1000\n");
        session.Run("systemd-run", "--user", "--quiet", "--collect", "--unit", Token, "--property=Delegate=yes", "sh", script).Succeeds();
        try
        {
            string service = session.Show(Token + ".service")["ControlGroup"], leaf = $"{Cgroups.Root}{service}/leaf";
            Wait.Until(() => File.Exists(leaf + "/cgroup.procs") && Read(leaf, "cgroup.procs").Length > 0, "the service is in its leaf");
            // Only root may bring a process from elsewhere.
            Container container = New($"XDG_RUNTIME_DIR={session.Directory}", Limits, enter: leaf);
            container.Create().Succeeds();
            string place = PlaceOf(container.Pid), directory = Cgroups.Root + place;
            place.Should().Be($"{service}/{container.Id}");
            KernelHasThem(directory);
            container.Start().Succeeds();
            container.Command("exec", container.Id, "cat", "/proc/self/cgroup").Succeeds().Stdout.Should().Be($"0::{place}\n");
            container.Command("update", container.Id, "--memory", "50m").Succeeds();
            Read(directory, "memory.max").Should().Be("52428800");
            container.Delete("--force").Succeeds();
            System.IO.Directory.Exists(directory).Should().BeFalse();
        }
        finally
        {
            session.Run("systemctl", "--user", "stop", Token + ".service");
        }

        NothingIsLeft();
    }

    [UserSessionFact]
    public void Where_nothing_is_delegated_a_container_has_no_limits_and_stays_in_its_users_cgroup()
    {
        Container container = New("HOME=/", "{}");
        container.Run("--detach").Succeeds();
        PlaceOf(container.Pid).Should().Be(PlaceOf(Environment.ProcessId));
        container.Command("exec", container.Id, "true").Succeeds();
        container.Delete("--force").Succeeds();
        New("HOME=/", Limits).Run("--detach").FailsWith("rootless needs no limits + no cgrouppath when no permission is granted for cgroups: mkdir ");
        NothingIsLeft();
    }

    [UserSessionFact]
    public void Without_a_session_systemd_cannot_be_asked()
    {
        Container container = New("HOME=/", "{}");
        container.GlobalFlags.Add("--systemd-cgroup");
        container.Run("--detach").FailsWith("there is no session: neither XDG_RUNTIME_DIR nor DBUS_SESSION_BUS_ADDRESS is set; log in, or leave --systemd-cgroup out");
        NothingIsLeft();
    }
}
