namespace OciRuntime.Spec;

/// <summary>A device node (config-linux.md, "Devices"; mknod(1)).</summary>
public sealed record LinuxDevice
{
    /// <summary>Absolute path inside the container.</summary>
    [Required]
    public string Path { get; init; } = "";

    /// <summary><c>c</c>, <c>b</c>, <c>u</c> (as c) or <c>p</c> (fifo).</summary>
    [Required]
    public string Type { get; init; } = "";

    /// <summary>Major number; absent only for a fifo.</summary>
    public long? Major { get; init; }

    /// <summary>Minor number; absent only for a fifo.</summary>
    public long? Minor { get; init; }

    /// <summary>Permission bits; a decimal number in JSON.</summary>
    public uint? FileMode { get; init; }

    /// <summary>Owner, an id of the container.</summary>
    public uint? UID { get; init; }

    /// <summary>Group, an id of the container.</summary>
    public uint? GID { get; init; }
}
