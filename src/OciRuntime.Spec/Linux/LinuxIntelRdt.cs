using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Intel resource director technology (config-linux.md, "IntelRdt").</summary>
public sealed record LinuxIntelRdt
{
    /// <summary>Class of service: the directory's name under resctrl.</summary>
    public string? ClosID { get; init; }

    /// <summary>Lines of the <c>schemata</c> file.</summary>
    public IReadOnlyList<string>? Schemata { get; init; }

    /// <summary>L3 line of the schemata.</summary>
    public string? L3CacheSchema { get; init; }

    /// <summary>MB line of the schemata.</summary>
    public string? MemBwSchema { get; init; }

    /// <summary>Make a monitoring group for the container.</summary>
    public bool EnableMonitoring { get; init; }
}
