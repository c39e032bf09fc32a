using System;
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// A system call of ocirun fails, in the runtime or in the process that becomes the container: the command ends, with
/// success or a readable error, and delete --force leaves the host as it was. strace injects the errors. This is a sample
/// of the calls and errors; tests/Faults/sweep.py tries all of them.
/// </summary>
[Trait("Lane", "Integration")]
public sealed class FaultsTests(ITestOutputHelper output) : StraceTest
{
    private const string Peers = "a test of ocirun's own calls";
    private const int Moments = 25;

    private static readonly string[] Errors = ["ENOSPC", "EMFILE", "ENOMEM", "EPERM", "ENOSYS"];

    /// <summary>
    /// How a process ends; what the language runtime and the C library need to begin, which have their own ways to fail;
    /// and close(2), which frees the descriptor whatever it returns: strace's does not.
    /// </summary>
    private static readonly HashSet<string> Spared =
    [
        "close", "exit", "exit_group", "rt_sigreturn", "restart_syscall", "brk", "mmap", "mprotect", "madvise", "munmap", "rseq", "rt_sigaction", "futex",
        "arch_prctl", "set_tid_address", "set_robust_list", "prlimit64", "sysinfo", "sched_getaffinity", "membarrier", "clone3", "execve",
    ];

    private Container NewSleeper(Bundle? bundle = null)
    {
        Container container = NewContainer(bundle: bundle);
        if (bundle is not null)
            return container;
        container.Bundle.Patch("""{"linux":{"resources":{"pids":{"limit":100}},"seccomp":{"defaultAction":"SCMP_ACT_ALLOW"}}}""").Args("sleep", "1000").Write();
        return container;
    }

    private void Sweep(string command, Action<Container> prepare)
    {
        Container first = NewSleeper();
        prepare(first);
        // -D: strace stays behind with the container, and the command's end is seen at once.
        var calls = Trace(first, command, "-D", "-f", "-qq").Where(call => !Spared.Contains(call.Name)).Distinct().ToList();
        first.Delete("--force").Succeeds();
        int failed = 0;
        for (int moment = 0; moment < Moments; moment++)
        {
            Container container = NewSleeper(first.Bundle);
            prepare(container);
            (string name, int ordinal) = calls[moment * (calls.Count - 1) / (Moments - 1)];
            string error = Errors[moment % Errors.Length];
            CommandResult result = Strace(container, command, "-D", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={name}", "-e", $"inject={name}:error={error}:when={ordinal}");
            output.WriteLine($"{command}: {name} number {ordinal} {error}: {result.ExitCode} {result.Stderr}");
            if (result.ExitCode != 0)
            {
                failed++;
                result.ExitCode.Should().BeOneOf([1, 255], result.ToString());
                result.Stderr.Should().Contain("level=error", result.ToString()).And.NotContain("internal error").And.NotContain("   at ");
            }

            try
            {
                container.Delete("--force").Succeeds();
                NothingIsLeft();
            }
            catch (Exception problem)
            {
                throw new InvalidOperationException($"{command} with {error} of its {name} number {ordinal}", problem);
            }
        }

        failed.Should().BePositive();
    }

    [OcirunFact(Peers)]
    public void In_create() => Sweep("create", _ => { });

    [OcirunFact(Peers)]
    public void In_start() => Sweep("start", container => container.Create().Succeeds());

    [OcirunFact(Peers)]
    public void In_exec() => Sweep("exec", Run);

    [OcirunFact(Peers)]
    public void In_delete() => Sweep("delete", Run);

    private static void Run(Container container)
    {
        container.Create().Succeeds();
        container.Start().Succeeds();
    }
}
