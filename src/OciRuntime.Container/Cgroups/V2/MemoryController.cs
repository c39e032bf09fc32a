using System;
using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>v2's memory controller (cgroup-v2.rst, "Memory"). Bytes; -1 is unlimited; 0 is not set, as in runc.</summary>
internal static class MemoryController
{
    private const string Property = "linux.resources.memory.";

    public static bool IsSet(LinuxMemory? memory) => memory is not null
        && (memory.Limit is not (null or 0) || memory.Swap is not (null or 0) || memory.Reservation is not (null or 0));

    public static void Set(CgroupDirectory directory, LinuxMemory memory)
    {
        long limit = memory.Limit ?? 0;
        long swap = memory.Swap ?? 0;
        RefuseBelowUsage(directory, memory);
        if (Conversions.SwapMax(swap, limit) is { } swapMax)
        {
            string value = Text(swapMax);
            int error = directory.TryWrite("memory.swap.max", value, undo: null);
            // Without swap accounting there is nothing to limit: no swap and any swap are already what happens.
            if (error != 0 && !(error == Errno.ENOENT && swapMax is 0 or -1 && directory.TryRead("memory.max", out _) is not null))
                throw directory.Refused("memory.swap.max", value, Property + "swap", error);
        }
        if (limit != 0)
            directory.Write("memory.max", Text(limit), Property + "limit");
        if (memory.Reservation is { } reservation and not 0)
            directory.Write("memory.low", Text(reservation), Property + "reservation");
    }

    /// <summary>Warns of what v2 does not have.</summary>
    public static void WarnUnsupported(LinuxMemory memory, Action<string> warn)
    {
        Warn(memory.Kernel is not (null or 0), "kernel");
        Warn(memory.KernelTCP is not (null or 0), "kernelTCP");
        Warn(memory.Swappiness is not (null or ulong.MaxValue), "swappiness");
        Warn(memory.DisableOOMKiller is true, "disableOOMKiller");
        Warn(memory.UseHierarchy is false, "useHierarchy");

        void Warn(bool isSet, string property)
        {
            if (isSet)
                warn($"{Property}{property} has no effect: cgroup v2 does not have it");
        }
    }

    /// <summary>The kernel takes a limit below the use, and kills; with checkBeforeUpdate the caller asks for an error instead.</summary>
    /// <exception cref="ContainerException">The limit is below the use.</exception>
    public static void RefuseBelowUsage(CgroupDirectory directory, LinuxMemory memory)
    {
        long limit = memory.Limit ?? 0;
        long swap = memory.Swap ?? 0;
        if (memory.CheckBeforeUpdate is not true || (limit <= 0 && swap <= 0) || directory.TryRead("memory.current", out _) is not { } text)
            return;
        ulong usage = CgroupDirectory.ParseNumber(text);
        if (swap > 0 && (ulong)swap <= usage)
            throw new ContainerException($"set {Property}swap: rejecting memory+swap limit {swap} <= usage {usage}");
        if (limit > 0 && (ulong)limit <= usage)
            throw new ContainerException($"set {Property}limit: rejecting memory limit {limit} <= usage {usage}");
    }

    private static string Text(long value) => value == -1 ? "max" : value.ToString(CultureInfo.InvariantCulture);
}
