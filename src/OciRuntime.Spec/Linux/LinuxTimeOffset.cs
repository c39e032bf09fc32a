namespace OciRuntime.Spec;

/// <summary>A clock's offset (config-linux.md, "Offset for Time Namespace"; time_namespaces(7)).</summary>
public sealed record LinuxTimeOffset
{
    /// <summary>Seconds.</summary>
    public long? Secs { get; init; }

    /// <summary>Nanoseconds on top, less than a second.</summary>
    public uint? Nanosecs { get; init; }
}
