namespace OciRuntime.Spec;

/// <summary>A range of ids (config-linux.md, "User namespace mappings"; user_namespaces(7)).</summary>
public sealed record LinuxIDMapping
{
    /// <summary>First id inside.</summary>
    [Required]
    public uint ContainerID { get; init; }

    /// <summary>First id outside.</summary>
    [Required]
    public uint HostID { get; init; }

    /// <summary>How many.</summary>
    [Required]
    public uint Size { get; init; }
}
