using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// What <c>tests/Bench/budget</c> allows: how many system calls and page faults <c>run</c>, <c>create</c> and <c>exec</c>
/// of a fixed bundle take, and how many instructions the start of every command. All are counted, not timed, so that a
/// busy machine changes nothing: what chance there is (a look-up that the kernel wants repeated, a wake-up more) only ever
/// adds, and the least of some attempts counts.
/// </summary>
[Trait("Lane", "Integration")]
[Trait("Lane", "CgroupV1")]
public sealed class BudgetTests(ITestOutputHelper output) : ContainerTest
{
    private const int Attempts = 12;

    // A machine's hierarchies and mounts differ in number: measured with these alone, in mounts of its own.
    private const string Surroundings =
        """
        for hierarchy in /sys/fs/cgroup/*; do
            case ${hierarchy##*/} in cpu|memory|pids|devices|freezer) ;; *) while umount "$hierarchy" 2>/dev/null; do :; done ;; esac
        done
        exec "$@"
        """;

    // The host's mount table may be longer than one read; the kernel decides how many pages one fault brings in.
    private const double CallTolerance = 1.01, FaultTolerance = 1.05;

    private int _number;

    [CgroupV1Fact]
    public void Run_keeps_to_its_budget()
    {
        Keeps("run", calls: () => TracedCalls(NewTiny(), "run"), faults: () => Faults(NewTiny(), "run"));
    }

    /// <summary>With the profile that engines send: what it costs to read, compile and load one.</summary>
    [CgroupV1Fact]
    public void Run_with_a_seccomp_profile_keeps_to_its_budget()
    {
        string sample = File.ReadAllText(Path.Combine(Repository.Directory, "spec-samples/seccomp-engine-default/config.json"));
        Container NewFiltered()
        {
            Container container = NewTiny();
            container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse(sample)!["linux"]!["seccomp"]!.DeepClone();
            container.Bundle.Write();
            return container;
        }

        Keeps("run+seccomp", calls: () => TracedCalls(NewFiltered(), "run"), faults: () => Faults(NewFiltered(), "run"));
    }

    [CgroupV1Fact]
    public void Create_keeps_to_its_budget()
    {
        Keeps(
            "create",
            calls: () =>
            {
                // -D: create's end is seen at once, though the trace ends with the init, which waits for start.
                Container container = NewTiny();
                Traced(container, "create", "-D");
                container.Start().Succeeds();
                Wait.Until(() => File.ReadAllText(Report).EndsWith(" total\n", StringComparison.Ordinal), "the trace's end");
                return Calls();
            },
            faults: () =>
            {
                Container container = NewTiny();
                int runtime = Faults(container, "create");
                // proc_pid_stat(5): the tenth field; the second, a name in parentheses, has no blank here.
                string[] fields = File.ReadAllText($"/proc/{container.Pid}/stat").Split(' ');
                return runtime + int.Parse(fields[9], CultureInfo.InvariantCulture);
            });
    }

    [CgroupV1Fact]
    public void Exec_keeps_to_its_budget()
    {
        Container container = NewTiny();
        container.Bundle.Args("sleep", "1000").Write();
        Command.Run("unshare", Measured(container.Words("run", "--detach"))).Succeeds();
        Keeps("exec", calls: () => TracedCalls(container, "exec"), faults: () => Faults(container, "exec"));
    }

    private string Report => Directory + "/report";

    /// <summary>What libc and the .NET runtime execute before the program's first line, above all.</summary>
    [OcirunFact("the budget is ocirun's")]
    public void The_start_keeps_to_its_budget()
    {
        string tracer = Directory + "/tracer";
        Command.Run("gcc", "-O2", "-o", tracer, Path.Combine(Repository.Directory, "tests/Bench/StartupOrder/trace.c")).Succeeds();
        int[] budget = Budget("start");
        int most = (int)(budget[0] * CallTolerance), cpuids = 0;
        int least = Least(
            () =>
            {
                int[] counts = Numbers(Command.Run("env", "-i", tracer, "-", Runtime.UnderTest.Path, "--version").Succeeds().Stderr.Split(' '));
                cpuids = counts[1];
                return counts[0];
            },
            most);
        output.WriteLine($"start {least} {cpuids}");
        least.Should().BeLessThanOrEqualTo(most, "tests/Bench/budget allows {0} instructions", budget[0]);
        cpuids.Should().BeLessThanOrEqualTo(budget[1]);
    }

    /// <summary>A container of a program that makes one system call besides its exit, in the one root file system.</summary>
    private Container NewTiny()
    {
        Bundle bundle = NewBundle($"tiny{_number++}");
        TinyProgram.Write64(bundle.Rootfs + "/bin/tiny", call: 39); // getpid
        Container container = NewContainer(bundle: bundle);
        bundle.Args("/bin/tiny").Write();
        return container;
    }

    private static string[] Words(Container container, string command) =>
        [.. container.Words(command), .. command == "exec" ? new[] { "/bin/tiny" } : []];

    private static string[] Measured(string[] words) =>
        ["--mount", "--propagation", "private", "/bin/sh", "-c", Surroundings, "sh", .. words];

    private int TracedCalls(Container container, string command)
    {
        Traced(container, command);
        return Calls();
    }

    private void Traced(Container container, string command, params string[] flags) =>
        Command.Run("unshare", Measured(["strace", "-f", "-c", "-o", Report, .. flags, .. Words(container, command)])).Succeeds();

    // Columns: % time, seconds, usecs/call, calls, errors where there are any, name; the last line is "total".
    private int Calls() =>
        int.Parse(File.ReadLines(Report).Last().Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);

    // getrusage(2) counts the children that were waited for, all of a run's and an exec's.
    private int Faults(Container container, string command)
    {
        Command.Run("unshare", Measured(["/bin/busybox", "time", "-f", "%R", "-o", Report, .. Words(container, command)])).Succeeds();
        return int.Parse(File.ReadLines(Report).Last(), CultureInfo.InvariantCulture);
    }

    private void Keeps(string command, Func<int> calls, Func<int> faults)
    {
        int[] budget = Budget(command);
        int mostCalls = (int)(budget[0] * CallTolerance), mostFaults = (int)(budget[1] * FaultTolerance);
        int leastCalls = Least(calls, mostCalls);
        string trace = File.ReadAllText(Report);
        int leastFaults = Least(faults, mostFaults);
        output.WriteLine($"{command} {leastCalls} {leastFaults}");
        (leastCalls <= mostCalls && leastFaults <= mostFaults).Should().BeTrue(
            $"tests/Bench/budget allows {command} {budget[0]} system calls and {budget[1]} page faults; it took {leastCalls} and {leastFaults}\n{trace}");
    }

    private static int[] Budget(string command) => Numbers(File.ReadLines(Path.Combine(Repository.Directory, "tests/Bench/budget"))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Single(fields => fields.Length == 3 && fields[0] == command)[1..]);

    private static int[] Numbers(string[] fields) => [.. fields.Select(field => int.Parse(field, CultureInfo.InvariantCulture))];

    private static int Least(Func<int> count, int enough)
    {
        int least = int.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > enough; attempt++)
            least = Math.Min(least, count());
        return least;
    }
}
