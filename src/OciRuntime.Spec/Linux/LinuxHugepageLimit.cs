namespace OciRuntime.Spec;

/// <summary>Limit of one huge page size (config-linux.md, "Huge page limits").</summary>
public sealed record LinuxHugepageLimit
{
    /// <summary>Size as <c>2MB</c> or <c>1GB</c>: a number, a prefix of KB, MB or GB.</summary>
    [Required]
    public string PageSize { get; init; } = "";

    /// <summary>Bytes.</summary>
    [Required]
    public ulong Limit { get; init; }
}
