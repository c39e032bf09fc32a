namespace OciRuntime.Spec;

/// <summary>I/O priority (config.md, "Linux Process", ioPriority; ioprio_set(2)).</summary>
public sealed record LinuxIOPriority
{
    /// <summary><c>IOPRIO_CLASS_RT</c>, <c>IOPRIO_CLASS_BE</c> or <c>IOPRIO_CLASS_IDLE</c>.</summary>
    [Required]
    public string Class { get; init; } = "";

    /// <summary>Level in the class, 0 (first) to 7 (last).</summary>
    [Required]
    public int Priority { get; init; }
}
