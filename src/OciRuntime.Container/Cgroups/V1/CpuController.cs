using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>v1's cpu controller (sched-bwc.rst, sched-rt-group.rst). A number that is 0 is not set, as in runc.</summary>
internal static class CpuController
{
    public const string Name = "cpu";
    private const string Property = "linux.resources.cpu.";

    public static bool IsSet(LinuxCPU? cpu) => cpu is not null
        && (cpu.Shares is not (null or 0) || cpu.Quota is not (null or 0) || cpu.Period is not (null or 0) || cpu.Burst is not null
            || cpu.Idle is not null || cpu.RealtimePeriod is not (null or 0) || cpu.RealtimeRuntime is not (null or 0));

    /// <exception cref="ContainerException">The kernel refuses a value, or has cut the shares to its range.</exception>
    public static void Set(CgroupDirectory directory, LinuxCPU cpu)
    {
        if (cpu.Idle is { } idle)
        {
            directory.Keep("cpu.shares");
            directory.Write("cpu.idle", Text(idle), Property + "idle");
        }
        // An idle cgroup takes no shares, and one that becomes idle or stops to be it has lost those that it had
        // (sched_group_set_idle in kernel/sched/fair.c).
        if (cpu.Idle is not 1 && cpu.Shares is { } shares and not 0)
            SetShares(directory, shares);
        SetBandwidth(directory, cpu);
        SetRealtime(directory, cpu);
    }

    /// <summary>The kernel silently cuts shares to 2 to 262144; a limit that is not the one asked for is an error.</summary>
    private static void SetShares(CgroupDirectory directory, ulong shares)
    {
        directory.Write("cpu.shares", Text(shares), Property + "shares");
        ulong actual = directory.ReadNumber("cpu.shares");
        if (shares > actual)
            throw new ContainerException($"set {Property}shares to {shares}: the maximum allowed cpu-shares is {actual}");
        if (shares < actual)
            throw new ContainerException($"set {Property}shares to {shares}: the minimum allowed cpu-shares is {actual}");
    }

    /// <summary>
    /// The kernel checks each value against the ones in force: a period or burst that only fits the new quota is
    /// refused with EINVAL at first, and accepted after the quota.
    /// </summary>
    private static void SetBandwidth(CgroupDirectory directory, LinuxCPU cpu)
    {
        string? quota = cpu.Quota is { } q and not 0 ? Text(q) : null;
        string? period = cpu.Period is { } p and not 0 ? Text(p) : null;
        string? burst = cpu.Burst is { } b ? Text(b) : null;

        bool periodLater = period is not null && !TryNow(directory, "cpu.cfs_period_us", period, "period", quota is not null);
        bool burstLater = burst is not null && !TryNow(directory, "cpu.cfs_burst_us", burst, "burst", quota is not null);
        if (quota is not null)
            directory.Write("cpu.cfs_quota_us", quota, Property + "quota");
        if (periodLater)
            directory.Write("cpu.cfs_period_us", period!, Property + "period");
        if (burstLater)
            directory.Write("cpu.cfs_burst_us", burst!, Property + "burst");
    }

    private static void SetRealtime(CgroupDirectory directory, LinuxCPU cpu)
    {
        string? runtime = cpu.RealtimeRuntime is { } r and not 0 ? Text(r) : null;
        string? period = cpu.RealtimePeriod is { } p and not 0 ? Text(p) : null;
        bool periodLater = period is not null && !TryNow(directory, "cpu.rt_period_us", period, "realtimePeriod", runtime is not null);
        if (runtime is not null)
            directory.Write("cpu.rt_runtime_us", runtime, Property + "realtimeRuntime");
        if (periodLater)
            directory.Write("cpu.rt_period_us", period!, Property + "realtimePeriod");
    }

    /// <summary>False when the value has to wait for another one.</summary>
    private static bool TryNow(CgroupDirectory directory, string file, string value, string property, bool mayWait)
    {
        int error = directory.TryWrite(file, value, undo: null);
        if (error == Errno.EINVAL && mayWait)
            return false;
        if (error != 0)
            throw directory.Refused(file, value, Property + property, error);
        return true;
    }

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
