using System;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary><c>process.scheduler</c>, sched_setattr(2) and sched(7).</summary>
public sealed unsafe class SchedulerAttributes
{
    /// <summary>At the index that is the kernel's number of the policy.</summary>
    private static readonly string[] s_policies =
        ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"];

    /// <summary>At the index that is the flag's bit.</summary>
    private static readonly string[] s_flags =
    [
        "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX",
    ];

    private readonly string _policy;
    private readonly sched_attr _attributes;

    private SchedulerAttributes(Scheduler scheduler)
    {
        _policy = scheduler.Policy;
        _attributes = new()
        {
            size = (uint)sizeof(sched_attr),
            sched_policy = (uint)Array.IndexOf(s_policies, scheduler.Policy),
            sched_nice = scheduler.Nice ?? 0,
            sched_priority = (uint)(scheduler.Priority ?? 0),
            sched_runtime = scheduler.Runtime ?? 0,
            sched_deadline = scheduler.Deadline ?? 0,
            sched_period = scheduler.Period ?? 0,
        };
        for (int i = 0; i < scheduler.Flags?.Count; i++)
            _attributes.sched_flags |= 1UL << Array.IndexOf(s_flags, scheduler.Flags[i]);
    }

    /// <summary>Encodes what validation has checked; null when there is nothing to set.</summary>
    public static SchedulerAttributes? From(Scheduler? scheduler) => scheduler is null ? null : new(scheduler);

    /// <summary>Gives a process the policy; what it forks inherits it, unless SCHED_FLAG_RESET_ON_FORK is set.</summary>
    /// <param name="pid">The process, already in its cgroup: a cpuset or a real-time budget decides what it may have.</param>
    public void ApplyTo(int pid)
    {
        fixed (sched_attr* attributes = &_attributes)
        {
            if (sched_setattr(pid, attributes, 0) == 0)
                return;
        }

        LinuxException cause = new("sched_setattr", errno);
        throw new ContainerException($"set process.scheduler to {_policy}", cause, Remedy(cause.Errno));
    }

    private string? Remedy(int error) => (error, _policy) switch
    {
        (Errno.EPERM, "SCHED_DEADLINE") => "it needs CAP_SYS_NICE and a process that may run on every CPU: no linux.resources.cpu.cpus",
        (Errno.EPERM, "SCHED_FIFO" or "SCHED_RR") => "it needs CAP_SYS_NICE and, in a cgroup v1, linux.resources.cpu.realtimeRuntime",
        (Errno.EPERM, _) => "a nice value below the present one needs CAP_SYS_NICE",
        (Errno.EBUSY, _) => "the CPUs have not that much time left for deadline tasks: lower runtime or raise period",
        (Errno.EINVAL, "SCHED_ISO") => "Linux has a number for this policy but does not implement it",
        (Errno.EINVAL, "SCHED_DEADLINE") => "deadline or period is not between kernel.sched_deadline_period_min_us and _max_us",
        (Errno.EOPNOTSUPP, _) => "this kernel has no utilization clamping (CONFIG_UCLAMP_TASK)",
        _ => null,
    };
}
