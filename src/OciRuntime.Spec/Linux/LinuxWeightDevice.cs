namespace OciRuntime.Spec;

/// <summary>A device's I/O weight (config-linux.md, "Block IO", weightDevice).</summary>
public sealed record LinuxWeightDevice
{
    /// <summary>Major number.</summary>
    [Required]
    public long Major { get; init; }

    /// <summary>Minor number.</summary>
    [Required]
    public long Minor { get; init; }

    /// <summary>Weight, 10 to 1000.</summary>
    public ushort? Weight { get; init; }

    /// <summary>Weight against child cgroups, 10 to 1000.</summary>
    public ushort? LeafWeight { get; init; }
}
