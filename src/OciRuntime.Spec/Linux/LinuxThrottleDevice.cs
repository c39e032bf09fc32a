namespace OciRuntime.Spec;

/// <summary>A device's I/O rate (config-linux.md, "Block IO", throttle*Device).</summary>
public sealed record LinuxThrottleDevice
{
    /// <summary>Major number.</summary>
    [Required]
    public long Major { get; init; }

    /// <summary>Minor number.</summary>
    [Required]
    public long Minor { get; init; }

    /// <summary>Bytes or operations per second.</summary>
    [Required]
    public ulong Rate { get; init; }
}
