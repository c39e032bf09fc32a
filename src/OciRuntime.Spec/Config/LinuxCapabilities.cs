using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>The capability sets of the process, names as <c>CAP_KILL</c> (config.md, "Linux Process"; capabilities(7)).</summary>
public sealed record LinuxCapabilities
{
    /// <summary>The bounding set.</summary>
    public IReadOnlyList<string>? Bounding { get; init; }

    /// <summary>The effective set.</summary>
    public IReadOnlyList<string>? Effective { get; init; }

    /// <summary>The inheritable set.</summary>
    public IReadOnlyList<string>? Inheritable { get; init; }

    /// <summary>The permitted set.</summary>
    public IReadOnlyList<string>? Permitted { get; init; }

    /// <summary>The ambient set.</summary>
    public IReadOnlyList<string>? Ambient { get; init; }
}
