using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>NUMA memory policy (config-linux.md, "Memory policy"; set_mempolicy(2)).</summary>
public sealed record LinuxMemoryPolicy
{
    /// <summary>Name as <c>MPOL_BIND</c>.</summary>
    [Required]
    public string Mode { get; init; } = "";

    /// <summary>List of nodes.</summary>
    public string? Nodes { get; init; }

    /// <summary>Names as <c>MPOL_F_STATIC_NODES</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}
