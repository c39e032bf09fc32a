using System;
using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>v1's memory controller (memory.rst of cgroup-v1). Bytes; -1 is unlimited; 0 is not set, as in runc.</summary>
internal static class MemoryController
{
    public const string Name = "memory";
    private const string Property = "linux.resources.memory.";
    private const string LimitFile = "memory.limit_in_bytes";
    private const string SwapFile = "memory.memsw.limit_in_bytes";

    public static bool IsSet(LinuxMemory? memory) => memory is not null
        && (memory.Limit is not (null or 0) || memory.Swap is not (null or 0) || memory.Reservation is not (null or 0)
            || memory.Kernel is not (null or 0) || memory.KernelTCP is not (null or 0) || memory.Swappiness is not null
            || memory.DisableOOMKiller is true || memory.UseHierarchy is not null);

    /// <param name="directory">The cgroup.</param>
    /// <param name="memory">The limits.</param>
    /// <param name="warn">Receives a line for what the kernel does no longer have.</param>
    /// <exception cref="ContainerException">The kernel refuses a value.</exception>
    public static void Set(CgroupDirectory directory, LinuxMemory memory, Action<string> warn)
    {
        if (memory.UseHierarchy is { } hierarchy)
            SetHierarchy(directory, hierarchy, warn);
        SetLimits(directory, memory.Limit ?? 0, memory.Swap ?? 0);
        SetOptional(directory, "memory.kmem.limit_in_bytes", memory.Kernel, "kernel", warn);
        SetOptional(directory, "memory.kmem.tcp.limit_in_bytes", memory.KernelTCP, "kernelTCP", warn);
        if (memory.Reservation is { } reservation and not 0)
            directory.Write("memory.soft_limit_in_bytes", Text(reservation), Property + "reservation");
        if (memory.DisableOOMKiller is true)
            directory.Write("memory.oom_control", "1", Property + "disableOOMKiller", undo: "0");
        if (memory.Swappiness is { } swappiness and not ulong.MaxValue)
        {
            if (swappiness > 100)
                throw new ContainerException($"{Property}swappiness: {swappiness} is not in 0 to 100");
            directory.Write("memory.swappiness", ((long)swappiness).ToString(CultureInfo.InvariantCulture), Property + "swappiness");
        }
    }

    /// <summary>
    /// memory+swap may never be below memory, not even between two writes: raise it first, lower it last.
    /// Memory without a limit means swap without one, unless the config says otherwise.
    /// </summary>
    private static void SetLimits(CgroupDirectory directory, long limit, long swap)
    {
        if (limit == -1 && swap == 0 && directory.TryReadNumber(SwapFile) is not null)
            swap = -1;
        bool swapFirst = limit != 0 && swap != 0 && (swap == -1 || directory.ReadNumber(LimitFile) < (ulong)swap);
        if (swapFirst)
            SetSwap(directory, swap);
        if (limit != 0)
            SetLimit(directory, limit);
        if (swap != 0 && !swapFirst)
            SetSwap(directory, swap);
    }

    private static void SetLimit(CgroupDirectory directory, long limit)
    {
        int error = directory.TryWrite(LimitFile, Text(limit), undo: null);
        if (error == Errno.EBUSY)
            throw new ContainerException(
                $"set {Property}limit: unable to set memory limit to {limit} (current usage: {directory.ReadNumber("memory.usage_in_bytes")}, peak usage: {directory.ReadNumber("memory.max_usage_in_bytes")})");
        if (error != 0)
            throw directory.Refused(LimitFile, Text(limit), Property + "limit", error);
    }

    private static void SetSwap(CgroupDirectory directory, long swap)
    {
        int error = directory.TryWrite(SwapFile, Text(swap), undo: null);
        if (error != 0)
            throw directory.Refused(SwapFile, Text(swap), Property + "swap", error, error switch
            {
                Errno.ENOENT => "this kernel does not account swap: boot it with swapaccount=1",
                Errno.EINVAL => "swap counts memory and swap together: it must not be below the memory limit",
                _ => null,
            });
    }

    /// <summary>Deprecated by the specification and removed from newer kernels: a warning where it has no effect.</summary>
    private static void SetOptional(CgroupDirectory directory, string file, long? value, string property, Action<string> warn)
    {
        if (value is null or 0)
            return;
        int error = directory.TryWrite(file, Text(value.Value), undo: null);
        if (error is Errno.ENOENT or Errno.EOPNOTSUPP)
            warn($"{Property}{property} has no effect: this kernel has no limit of its own for that memory");
        else if (error != 0)
            throw directory.Refused(file, Text(value.Value), Property + property, error);
    }

    /// <summary>Since Linux 5.11 children always count: asking for it does nothing, asking for the opposite is refused.</summary>
    private static void SetHierarchy(CgroupDirectory directory, bool hierarchy, Action<string> warn)
    {
        if (directory.TryReadNumber("memory.use_hierarchy") is not { } now || now == (hierarchy ? 1u : 0u))
            return;
        string value = hierarchy ? "1" : "0";
        int error = directory.TryWrite("memory.use_hierarchy", value, undo: null);
        if (error == Errno.EINVAL && !hierarchy)
            warn($"{Property}useHierarchy has no effect: this kernel always counts the memory of child cgroups");
        else if (error != 0)
            throw directory.Refused("memory.use_hierarchy", value, Property + "useHierarchy", error);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
