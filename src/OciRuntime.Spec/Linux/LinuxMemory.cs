namespace OciRuntime.Spec;

/// <summary>Memory limits (config-linux.md, "Memory"). Limits are bytes, -1 is unlimited.</summary>
public sealed record LinuxMemory
{
    /// <summary>Hard limit, bytes.</summary>
    public long? Limit { get; init; }

    /// <summary>Soft limit, bytes.</summary>
    public long? Reservation { get; init; }

    /// <summary>Memory and swap together, bytes.</summary>
    public long? Swap { get; init; }

    /// <summary>Kernel memory, bytes; deprecated by the specification.</summary>
    public long? Kernel { get; init; }

    /// <summary>TCP buffers, bytes.</summary>
    public long? KernelTCP { get; init; }

    /// <summary>Inclination to swap, 0 to 100.</summary>
    public ulong? Swappiness { get; init; }

    /// <summary>No kills when memory runs out; cgroup v1.</summary>
    public bool? DisableOOMKiller { get; init; }

    /// <summary>Count children's memory; cgroup v1.</summary>
    public bool? UseHierarchy { get; init; }

    /// <summary>Refuse a new limit that is below the present use.</summary>
    public bool? CheckBeforeUpdate { get; init; }
}
