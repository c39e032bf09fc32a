using System;
using System.Collections.Generic;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups;

/// <summary>
/// What an update means for a container that has limits already. As in runc, 0 and what is absent leave the limit
/// alone; unlike in runc, only what the update names is written, so that nothing that somebody else has set since
/// (a monitor, the container's own agent) is taken back.
/// </summary>
/// <param name="ToApply">What is to be written: the update, and present values that the kernel or a conversion needs beside it.</param>
/// <param name="Merged">All limits that are in force afterwards.</param>
internal sealed record ResourcesUpdate(LinuxResources ToApply, LinuxResources Merged)
{
    public static ResourcesUpdate Of(LinuxResources present, LinuxResources update)
    {
        LinuxMemory? memory = Merge(present.Memory, update.Memory);
        LinuxCPU? cpu = Merge(present.CPU, update.CPU);
        var merged = new LinuxResources
        {
            Devices = update.Devices ?? present.Devices,
            Memory = memory,
            CPU = cpu,
            Pids = update.Pids?.Limit is null ? present.Pids : update.Pids,
            BlockIO = Merge(present.BlockIO, update.BlockIO),
            HugepageLimits = Merge(present.HugepageLimits, update.HugepageLimits, (a, b) => a.PageSize == b.PageSize, (_, b) => b),
            Network = update.Network ?? present.Network,
            Rdma = Merge(present.Rdma, update.Rdma),
            Unified = Merge(present.Unified, update.Unified),
        };
        return new ResourcesUpdate(
            update with
            {
                // containerd sends the list of the config along with every update. What a device plugin has added to
                // it since must stay, which is also why runc never touches the list here.
                Devices = SameDevices(present.Devices, update.Devices) ? null : update.Devices,
                Memory = WithDependencies(update.Memory, memory),
                CPU = WithDependencies(present.CPU, update.CPU, cpu),
            },
            merged);
    }

    /// <summary>v2 limits swap alone: the specification's memory+swap means nothing without the memory limit, and the other way round.</summary>
    private static LinuxMemory? WithDependencies(LinuxMemory? update, LinuxMemory? merged) =>
        update is null or { Limit: null or 0, Swap: null or 0 } ? update : update with { Limit = merged!.Limit, Swap = merged.Swap };

    /// <summary>v2 has quota and period in one file, and a cgroup that is idle no longer has lost its shares.</summary>
    private static LinuxCPU? WithDependencies(LinuxCPU? present, LinuxCPU? update, LinuxCPU? merged)
    {
        if (update is { Idle: 0 } && present is { Idle: 1 })
            update = update with { Shares = merged!.Shares };
        return update is null or { Quota: null or 0, Period: null or 0 } ? update : update with { Quota = merged!.Quota, Period = merged.Period };
    }

    private static LinuxMemory? Merge(LinuxMemory? present, LinuxMemory? update)
    {
        if (present is null || update is null)
            return update ?? present;
        long? limit = Set(update.Limit, present.Limit);
        return new LinuxMemory
        {
            Limit = limit,
            Reservation = Set(update.Reservation, present.Reservation),
            // Memory without a limit means swap without one, unless the update says otherwise.
            Swap = update.Limit == -1 && update.Swap is null or 0 ? null : Set(update.Swap, present.Swap),
            Kernel = Set(update.Kernel, present.Kernel),
            KernelTCP = Set(update.KernelTCP, present.KernelTCP),
            Swappiness = update.Swappiness ?? present.Swappiness,
            DisableOOMKiller = update.DisableOOMKiller ?? present.DisableOOMKiller,
            UseHierarchy = update.UseHierarchy ?? present.UseHierarchy,
            CheckBeforeUpdate = update.CheckBeforeUpdate ?? present.CheckBeforeUpdate,
        };
    }

    private static LinuxCPU? Merge(LinuxCPU? present, LinuxCPU? update) => present is null || update is null
        ? update ?? present
        : new LinuxCPU
        {
            Shares = Set(update.Shares, present.Shares),
            Quota = Set(update.Quota, present.Quota),
            Burst = update.Burst ?? present.Burst,
            Period = Set(update.Period, present.Period),
            RealtimeRuntime = Set(update.RealtimeRuntime, present.RealtimeRuntime),
            RealtimePeriod = Set(update.RealtimePeriod, present.RealtimePeriod),
            Cpus = string.IsNullOrEmpty(update.Cpus) ? present.Cpus : update.Cpus,
            Mems = string.IsNullOrEmpty(update.Mems) ? present.Mems : update.Mems,
            Idle = update.Idle ?? present.Idle,
        };

    private static LinuxBlockIO? Merge(LinuxBlockIO? present, LinuxBlockIO? update) => present is null || update is null
        ? update ?? present
        : new LinuxBlockIO
        {
            Weight = update.Weight is null or 0 ? present.Weight : update.Weight,
            LeafWeight = update.LeafWeight is null or 0 ? present.LeafWeight : update.LeafWeight,
            WeightDevice = Merge(
                present.WeightDevice, update.WeightDevice, (a, b) => a.Major == b.Major && a.Minor == b.Minor,
                (a, b) => b with { Weight = b.Weight ?? a.Weight, LeafWeight = b.LeafWeight ?? a.LeafWeight }),
            ThrottleReadBpsDevice = Merge(present.ThrottleReadBpsDevice, update.ThrottleReadBpsDevice),
            ThrottleWriteBpsDevice = Merge(present.ThrottleWriteBpsDevice, update.ThrottleWriteBpsDevice),
            ThrottleReadIOPSDevice = Merge(present.ThrottleReadIOPSDevice, update.ThrottleReadIOPSDevice),
            ThrottleWriteIOPSDevice = Merge(present.ThrottleWriteIOPSDevice, update.ThrottleWriteIOPSDevice),
        };

    private static IReadOnlyList<LinuxThrottleDevice>? Merge(IReadOnlyList<LinuxThrottleDevice>? present, IReadOnlyList<LinuxThrottleDevice>? update) =>
        Merge(present, update, (a, b) => a.Major == b.Major && a.Minor == b.Minor, (_, b) => b);

    /// <summary>An entry of the update takes the place of the one for the same thing; others are added.</summary>
    private static IReadOnlyList<T>? Merge<T>(IReadOnlyList<T>? present, IReadOnlyList<T>? update, Func<T, T, bool> isSame, Func<T, T, T> replace)
    {
        if (present is null || update is null)
            return update ?? present;
        List<T> merged = [.. present];
        foreach (T item in update)
        {
            int at = merged.FindLastIndex(other => isSame(other, item));
            if (at < 0)
                merged.Add(item);
            else
                merged[at] = replace(merged[at], item);
        }
        return merged;
    }

    private static IReadOnlyDictionary<string, T>? Merge<T>(IReadOnlyDictionary<string, T>? present, IReadOnlyDictionary<string, T>? update)
    {
        if (present is null || update is null)
            return update ?? present;
        var merged = new Dictionary<string, T>(present);
        foreach ((string key, T value) in update)
            merged[key] = value;
        return merged;
    }

    private static bool SameDevices(IReadOnlyList<LinuxDeviceCgroup>? present, IReadOnlyList<LinuxDeviceCgroup>? update) =>
        update is null or { Count: 0 } || (present?.Count == update.Count && AreEqual(present, update));

    private static bool AreEqual(IReadOnlyList<LinuxDeviceCgroup> a, IReadOnlyList<LinuxDeviceCgroup> b)
    {
        for (int i = 0; i < a.Count; i++)
        {
            if (a[i] != b[i])
                return false;
        }

        return true;
    }

    private static long? Set(long? update, long? present) => update is null or 0 ? present : update;

    private static ulong? Set(ulong? update, ulong? present) => update is null or 0 ? present : update;
}
