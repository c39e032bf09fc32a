using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Memory policy support (features-linux.md, "MemoryPolicy"). Absent means unknown.</summary>
public sealed record FeaturesMemoryPolicy
{
    /// <summary>Modes known.</summary>
    public IReadOnlyList<string>? Modes { get; init; }

    /// <summary>Flags known.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}
