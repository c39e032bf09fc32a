namespace OciRuntime.Spec;

/// <summary>One resource limit (config.md, "POSIX process", rlimits; getrlimit(2)).</summary>
public sealed record POSIXRlimit
{
    /// <summary>Name as <c>RLIMIT_NOFILE</c>.</summary>
    [Required]
    public string Type { get; init; } = "";

    /// <summary>Ceiling of the soft limit.</summary>
    [Required]
    public ulong Hard { get; init; }

    /// <summary>Limit in force.</summary>
    [Required]
    public ulong Soft { get; init; }
}
