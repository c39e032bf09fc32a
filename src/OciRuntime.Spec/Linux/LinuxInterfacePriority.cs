namespace OciRuntime.Spec;

/// <summary>An interface's priority (config-linux.md, "Network", priorities).</summary>
public sealed record LinuxInterfacePriority
{
    /// <summary>Interface name.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>Its priority.</summary>
    [Required]
    public uint Priority { get; init; }
}
