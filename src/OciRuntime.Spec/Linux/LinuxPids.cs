namespace OciRuntime.Spec;

/// <summary>Limit of tasks (config-linux.md, "PIDs").</summary>
public sealed record LinuxPids
{
    /// <summary>How many; -1 is unlimited. Absent leaves the cgroup alone.</summary>
    public long? Limit { get; init; }
}
