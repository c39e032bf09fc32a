using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Network class and priorities (config-linux.md, "Network").</summary>
public sealed record LinuxNetwork
{
    /// <summary><c>net_cls.classid</c>.</summary>
    public uint? ClassID { get; init; }

    /// <summary><c>net_prio.ifpriomap</c>.</summary>
    public IReadOnlyList<LinuxInterfacePriority>? Priorities { get; init; }
}
