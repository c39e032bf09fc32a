namespace OciRuntime.Spec;

/// <summary>A console's size in characters (config.md, "Process", consoleSize).</summary>
public sealed record Box
{
    /// <summary>Rows.</summary>
    [Required]
    public uint Height { get; init; }

    /// <summary>Columns.</summary>
    [Required]
    public uint Width { get; init; }
}
