using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>The samples of spec-samples/ that are not about one property but about a use: what they promise, asked from inside.</summary>
[Trait("Lane", "Integration")]
public sealed class RealisticSamplesTests : ContainerTest
{
    private static string Sample(string name) => Path.Combine(Repository.Directory, "spec-samples", name);

    /// <summary>The sample's bundle, with a change to its config.</summary>
    private Container Copy(string name, string patch = "{}")
    {
        Container container = NewContainer();
        Command.Run("cp", "-r", Sample(name) + "/.", container.Bundle.Directory).Succeeds();
        foreach (string property in container.Bundle.Config.Select(property => property.Key).ToArray())
            container.Bundle.Config.Remove(property);
        container.Bundle.Patch(File.ReadAllText(container.Bundle.ConfigPath)).Patch(patch);
        return container;
    }

    private static string Inside(Container container, string script) =>
        container.Command("exec", container.Id, "sh", "-c", script).Succeeds().Stdout;

    [Fact]
    public void Web_server_serves_and_can_do_nothing_else()
    {
        Container container = Copy("web-server");
        container.Run("--detach").Succeeds();
        Wait.Until(() => container.Command("exec", container.Id, "wget", "-qO-", "http://127.0.0.1:8080/").Stdout.Contains("from a container"), "the page");
        Inside(container, """
            id -u
            grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/1/status | tr -d '\t'
            cat /proc/1/oom_score_adj
            for file in /file /www/file /bin/file; do touch $file 2>/dev/null && echo made $file; done
            touch /tmp/file && echo made /tmp/file
            unshare -m true 2>/dev/null || echo no mounts
            """).Should().Be("1000\nCapEff:0000000000000000\nCapBnd:0000000000000000\nNoNewPrivs:1\nSeccomp:2\n100\nmade /tmp/file\nno mounts\n");
        container.Cgroup("memory.limit_in_bytes", "memory.max").Should().Be("67108864");
        container.Cgroup("pids.max").Should().Be("32");
        container.Delete("--force").Succeeds();
    }

    [Fact]
    public void Database_keeps_its_data_and_its_limits()
    {
        Container container = Copy("database");
        container.Run("--detach").Succeeds();
        Inside(container, "/database/kv set colour blue; ulimit -n; touch /database/x 2>/dev/null || echo read-only").Should().Be("512\nread-only\n");
        container.Cgroup("memory.limit_in_bytes", "memory.max").Should().Be("134217728");
        container.Cgroup("cpu.cfs_quota_us", "cpu.max").Should().Be(Cgroups.IsV2 ? "50000 100000" : "50000");
        container.Delete("--force").Succeeds();

        Container next = NewContainer(bundle: container.Bundle);
        next.Run("--detach").Succeeds();
        Inside(next, "/database/kv get colour").Should().Be("blue\n");
        next.Kill("TERM").Succeeds();
        next.WaitUntilStopped();
        next.Delete().Succeeds();
    }

    [OcirunFact("the script is given ocirun")]
    public void Rootless_shell_is_root_of_nothing_but_its_own()
    {
        Bundle bundle = NewBundle();
        Words(Command.Run(Sample("rootless-shell") + "/run", Runtime.UnderTest.Path, bundle.Directory, "sh", "-c", "id -u; cat /proc/self/uid_map").Succeeds().Lines)
            .Should().Equal("0", "0 65534 1");
    }

    [OcirunFact("the script is given ocirun")]
    public void Containers_of_a_pod_share_what_a_pods_do()
    {
        Bundle bundle = NewBundle();
        Command.Run("cp", "-r", Sample("pod") + "/.", bundle.Directory).Succeeds();
        string[] lines = Command.Run(Sample("pod") + "/run", Runtime.UnderTest.Path, bundle.Directory).Succeeds().Lines;
        lines.Should().HaveCount(6);
        lines[0].Should().Be("pod");
        lines[3].Should().Be("from the container");
        lines[1].Should().StartWith("net:").And.Be(lines[4]).And.NotBe(Linux.Namespace("net"));
        lines[2].Should().StartWith("pid:").And.NotBe(lines[5]);
    }

    [Fact]
    public void Debug_container_sees_and_may_do_what_its_host_can()
    {
        Container container = Copy("debug-container", """{"process":{"terminal":false,"args":["sleep","1000"]}}""");
        // A machine may have less than everything to give.
        ulong bounding = ulong.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapBnd:"))[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        foreach ((string _, JsonNode? set) in container.Bundle.Config["process"]!["capabilities"]!.AsObject())
        {
            if ((bounding & (1UL << 24)) == 0)
                set!.AsArray().Remove(set.AsArray().First(name => (string)name! == "CAP_SYS_RESOURCE"));
        }

        container.Run("--detach").Succeeds();
        string host = $"/proc/{System.Environment.ProcessId}/comm";
        string[] lines = Inside(container, $"""
            cat {host}; readlink /proc/self/ns/pid; readlink /proc/self/ns/net
            cat /host/etc/hostname >/dev/null && echo host
            (touch /host/etc/file || touch /host/tmp/file) 2>/dev/null || echo read-only
            head -c 1 /dev/kmsg >/dev/null 2>&1; ls /dev/null
            """).TrimEnd('\n').Split('\n');
        lines.Should().Equal(File.ReadAllText(host).TrimEnd('\n'), Linux.Namespace("pid"), Linux.Namespace("net"), "host", "read-only", "/dev/null");
        container.Delete("--force").Succeeds();
    }

    [Fact]
    public void System_container_has_an_init_that_starts_services_and_shuts_down()
    {
        // With busybox' init, which every host has; with systemd: SystemContainerTests.
        Container container = Copy("system-container", """{"process":{"terminal":false,"args":["/bin/init"]}}""");
        container.Bundle.File("/etc/inittab", "::sysinit:/bin/sh -c 'echo booted >/run/booted'\n::respawn:/bin/sleep 1000\n::shutdown:/bin/sh -c 'echo down >/root/down'\n");
        container.Run("--detach").Succeeds();
        Wait.Until(() => container.Command("exec", container.Id, "sh", "-c", "cat /run/booted && pidof sleep").ExitCode == 0, "the services");
        Inside(container, "cat /proc/1/comm; cat /run/booted; echo $container; hostname").Should().Be("init\nbooted\noci\nmachine\n");
        // The init's children are reaped, and a service that ends is started again.
        string before = Inside(container, "pidof sleep").Trim();
        Inside(container, $"kill {before}");
        Wait.Until(() => container.Command("exec", container.Id, "pidof", "sleep").Stdout.Trim() is { Length: > 0 } pid && pid != before, "the service again");
        // Groups of its own to make: what systemd needs.
        Inside(container, Cgroups.IsV2 ? "mkdir /sys/fs/cgroup/mine && rmdir /sys/fs/cgroup/mine && echo made" : "mkdir /sys/fs/cgroup/pids/mine && rmdir /sys/fs/cgroup/pids/mine && echo made").Should().Be("made\n");
        container.Kill("USR2").Succeeds();
        container.WaitUntilStopped();
        File.ReadAllText(Path.Combine(container.Bundle.Rootfs, "root/down")).Should().Be("down\n");
        container.Delete().Succeeds();
    }

    private static string[] Words(string[] lines) =>
        lines.Select(line => string.Join(' ', line.Split((char[]?)null, System.StringSplitOptions.RemoveEmptyEntries))).ToArray();
}
