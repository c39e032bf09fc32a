namespace OciRuntime.Spec;

/// <summary>The container's root filesystem (config.md, "Root").</summary>
public sealed record Root
{
    /// <summary>Directory on the host: absolute, or relative to the bundle.</summary>
    [Required]
    public string Path { get; init; } = "";

    /// <summary>Mount the root read-only inside the container.</summary>
    public bool Readonly { get; init; }
}
