using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Seccomp support (features-linux.md, "Seccomp"). Absent means unknown.</summary>
public sealed record FeaturesSeccomp
{
    /// <summary>Implemented.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Actions known.</summary>
    public IReadOnlyList<string>? Actions { get; init; }

    /// <summary>Operators known.</summary>
    public IReadOnlyList<string>? Operators { get; init; }

    /// <summary>Architectures known.</summary>
    public IReadOnlyList<string>? Archs { get; init; }

    /// <summary>Flags known.</summary>
    public IReadOnlyList<string>? KnownFlags { get; init; }

    /// <summary>Flags that work on this host.</summary>
    public IReadOnlyList<string>? SupportedFlags { get; init; }
}
