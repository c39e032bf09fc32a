namespace OciRuntime.Spec;

/// <summary>CPU limits (config-linux.md, "CPU"). Times are microseconds.</summary>
public sealed record LinuxCPU
{
    /// <summary>Relative weight, 2 to 262144.</summary>
    public ulong? Shares { get; init; }

    /// <summary>Time per period; negative is unlimited.</summary>
    public long? Quota { get; init; }

    /// <summary>Unused time that may be saved up for a burst.</summary>
    public ulong? Burst { get; init; }

    /// <summary>Length of the period of <see cref="Quota"/>.</summary>
    public ulong? Period { get; init; }

    /// <summary>Real-time scheduling time per period.</summary>
    public long? RealtimeRuntime { get; init; }

    /// <summary>Length of the real-time period.</summary>
    public ulong? RealtimePeriod { get; init; }

    /// <summary>CPU list, as in cpuset(7).</summary>
    public string? Cpus { get; init; }

    /// <summary>Memory node list, as in cpuset(7).</summary>
    public string? Mems { get; init; }

    /// <summary>1 makes the cgroup SCHED_IDLE; 0 is the default.</summary>
    public long? Idle { get; init; }
}
