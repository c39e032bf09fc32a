using System.Globalization;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>v2's cpu controller (cgroup-v2.rst, "CPU"). A number that is 0 is not set, as in runc.</summary>
internal static class CpuController
{
    private const string Property = "linux.resources.cpu.";

    /// <summary>The kernel's default length of <c>cpu.max</c>'s period, microseconds.</summary>
    private const ulong DefaultPeriod = 100_000;

    public static bool IsSet(LinuxCPU? cpu) => cpu is not null
        && (cpu.Shares is not (null or 0) || cpu.Quota is not (null or 0) || cpu.Period is not (null or 0) || cpu.Burst is not null || cpu.Idle is not null);

    public static void Set(CgroupDirectory directory, LinuxCPU cpu)
    {
        if (cpu.Idle is { } idle)
        {
            directory.Keep("cpu.weight");
            directory.Write("cpu.idle", idle.ToString(CultureInfo.InvariantCulture), Property + "idle");
        }
        // An idle cgroup takes no weight, and one that becomes idle or stops to be it has lost the one that it had
        // (sched_group_set_idle in kernel/sched/fair.c).
        if (cpu.Idle is not 1 && cpu.Shares is { } shares and not 0)
            directory.Write("cpu.weight", Text(Conversions.CpuWeight(shares)), Property + "shares");

        string? burst = cpu.Burst is { } b ? Text(b) : null;
        bool setsMax = cpu.Quota is not (null or 0) || cpu.Period is not (null or 0);
        if (burst is not null)
        {
            int error = directory.TryWrite("cpu.max.burst", burst, undo: null);
            // A burst that only fits the new quota is accepted after it.
            if (error != 0 && !(error == Errno.EINVAL && cpu.Quota is not (null or 0)))
                throw directory.Refused("cpu.max.burst", burst, Property + "burst", error);
            if (error == 0)
                burst = null;
        }
        if (setsMax)
            directory.Write("cpu.max", Max(cpu.Quota ?? 0, cpu.Period ?? 0), Property + (cpu.Quota is not (null or 0) ? "quota" : "period"));
        if (burst is not null)
            directory.Write("cpu.max.burst", burst, Property + "burst");
    }

    /// <summary>Quota and period, microseconds, as <c>cpu.max</c> takes them.</summary>
    internal static string Max(long quota, ulong period) =>
        $"{(quota > 0 ? quota.ToString(CultureInfo.InvariantCulture) : "max")} {Text(period == 0 ? DefaultPeriod : period)}";

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
