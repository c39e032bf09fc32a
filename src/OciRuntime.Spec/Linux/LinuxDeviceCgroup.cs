namespace OciRuntime.Spec;

/// <summary>A rule of the device list (config-linux.md, "Allowed Device list").</summary>
public sealed record LinuxDeviceCgroup
{
    /// <summary>Allow or deny.</summary>
    [Required]
    public bool Allow { get; init; }

    /// <summary><c>a</c> (all, the default), <c>c</c> or <c>b</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Major number; absent is any.</summary>
    public long? Major { get; init; }

    /// <summary>Minor number; absent is any.</summary>
    public long? Minor { get; init; }

    /// <summary>Letters of <c>rwm</c>.</summary>
    public string? Access { get; init; }
}
