using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary><c>ps</c>: the container's lines of the host's ps, and their pids.</summary>
[Trait("Lane", "Integration")]
public sealed class PsTests : ContainerTest
{
    private Container Running()
    {
        Container container = NewContainer();
        container.Bundle.Script("sleep 1000 & exec sleep 2000");
        container.Run("--detach").Succeeds();
        Wait.Until(() => Pids(container).Length == 2, "both processes run");
        return container;
    }

    private static int[] Pids(Container container) =>
        JsonNode.Parse(container.Command("ps", "--format", "json", container.Id).Succeeds().Stdout)!.AsArray().Select(pid => (int)pid!).ToArray();

    [Fact]
    public void Json_is_the_list_of_pids()
    {
        Container container = Running();
        container.Command("ps", "-f", "json", container.Id).Succeeds().Stdout.Should().MatchRegex(@"^\[\d+,\d+\]\n$");
        Pids(container).Should().Contain(container.Pid);
    }

    [Fact]
    public void The_table_has_the_title_and_the_containers_lines()
    {
        Container container = Running();
        string[] lines = container.Command("ps", container.Id).Succeeds().Lines;
        lines.Should().HaveCount(3);
        lines[0].Should().MatchRegex("^UID +PID +PPID +C +STIME +TTY +TIME +CMD$");
        lines.Should().ContainSingle(line => line.EndsWith("sleep 1000")).And.ContainSingle(line => line.EndsWith("sleep 2000"));
    }

    [Theory]
    [InlineData("-eo", "pid,args")]
    [InlineData("-e", "-o", "uid,pid,args")]
    [InlineData("axo", "pid,comm,stat")]
    public void Options_after_the_id_are_the_hosts_ps(params string[] options)
    {
        Container container = Running();
        string[] lines = container.Command("ps", [container.Id, .. options]).Succeeds().Lines;
        lines.Should().HaveCount(3);
        string pid = container.Pid.ToString(CultureInfo.InvariantCulture);
        lines.Should().ContainSingle(line => line.Split(' ', System.StringSplitOptions.RemoveEmptyEntries).Contains(pid));
    }

    [Fact]
    public void Errors_are_runcs()
    {
        Container container = Running();
        container.Command("ps", container.Id, "-eo", "args").FailsWith("couldn't find PID field in ps output");
        container.Command("ps", container.Id, "--bogus").FailsWith("exit status 1: error: unknown gnu long option");
        container.Command("ps", "-f", "xml", container.Id).FailsWith("invalid format option");
        container.Environment["PATH"] = Directory;
        container.Command("ps", container.Id).FailsWith("exec: \\\"ps\\\": executable file not found in $PATH");
        Ocirun("ps", "nosuch").FailsWith("container does not exist");
        Ocirun("ps").FailsWith("requires a minimum of 1 argument(s)");
    }

    [Fact]
    public void A_stopped_container_has_none_and_a_paused_one_all()
    {
        Container container = Running();
        container.Command("pause", container.Id).Succeeds();
        Pids(container).Should().HaveCount(2);
        container.Command("resume", container.Id).Succeeds();
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Command("ps", "-f", "json", container.Id).Succeeds().Stdout.Should().Be("null\n");
        container.Command("ps", container.Id).Succeeds().Lines.Should().HaveCount(1);
    }

    [Fact]
    public void Processes_of_exec_and_of_cgroups_below_are_listed()
    {
        Container container = Running();
        foreach (string directory in container.CgroupDirectories())
        {
            System.IO.Directory.CreateDirectory(directory + "/inner");
            // A new cpuset is empty, and takes no process.
            foreach (string file in new[] { "/cpuset.cpus", "/cpuset.mems" }.Where(file => File.Exists(directory + "/inner" + file)))
                File.WriteAllText(directory + "/inner" + file, File.ReadAllText(directory + file));
        }

        container.Command("exec", "--detach", "--cgroup", "inner", container.Id, "sleep", "3000").Succeeds();
        Pids(container).Should().HaveCount(3);
    }
}
