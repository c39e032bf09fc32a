using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>v1's freezer (freezer-subsystem.rst).</summary>
internal static unsafe class FreezerController
{
    public const string Name = "freezer";

    /// <summary>How long tasks may take to stop before freezing is given up, milliseconds.</summary>
    private const int Timeout = 10_000;

    /// <summary>How often the processor is given up before a wait.</summary>
    private const int Yields = 100;

    /// <summary>Milliseconds between two looks at most.</summary>
    private const int LongestWait = 50;

    private const string State = "freezer.state";

    /// <exception cref="ContainerException">The tasks do not stop in ten seconds; they run on.</exception>
    public static void Freeze(CgroupDirectory directory)
    {
        long deadline = Environment.TickCount64 + Timeout;
        for (int round = 0; ; round++)
        {
            // Written again in every round: the kernel can miss tasks that are forked while it walks the cgroup.
            Write(directory, "FROZEN");
            if (directory.Read(State) == "FROZEN")
                return;
            if (Environment.TickCount64 >= deadline)
            {
                Write(directory, "THAWED");
                throw new ContainerException($"freeze {directory.Path}: its processes did not stop within {Timeout / 1000} seconds", "they run on");
            }
            // v1 has no event for the last task that stops, so that somebody has to look again and again. A task
            // stops at its next return from the kernel: giving up the processor is most often enough. A task in an
            // uninterruptible wait takes longer: 1, 2, 4 ms and so on, as long as is of no consequence beside it.
            if (round < Yields)
                _ = sched_yield();
            else
                _ = poll(null, 0, Math.Min(1 << Math.Min(round - Yields, 10), LongestWait));
        }
    }

    public static void Thaw(CgroupDirectory directory) => Write(directory, "THAWED");

    /// <summary>Also the cgroups below, which the container may have made and frozen; as far as they are still there.</summary>
    public static void ThawAll(CgroupDirectory directory) =>
        CgroupTree.Walk(directory, static cgroup => _ = cgroup.TryWrite(State, "THAWED"), null);

    /// <summary>Whether the cgroup itself was frozen: one that is frozen by a cgroup above it is not.</summary>
    public static bool IsFrozen(CgroupDirectory directory) => directory.TryRead("freezer.self_freezing", out _) == "1";

    /// <summary>Whether it is frozen or about to be, by itself or by a cgroup above.</summary>
    public static bool StopsWhoEnters(CgroupDirectory directory) => directory.TryRead(State, out _) is not (null or "THAWED");

    private static void Write(CgroupDirectory directory, string state) =>
        directory.Write(State, state, "the freezer");
}
