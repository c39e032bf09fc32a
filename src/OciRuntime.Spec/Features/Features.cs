using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>What the runtime implements (features.md).</summary>
public sealed record Features
{
    /// <summary>Oldest version of the specification accepted.</summary>
    [Required]
    public string OciVersionMin { get; init; } = "";

    /// <summary>Newest version of the specification accepted.</summary>
    [Required]
    public string OciVersionMax { get; init; } = "";

    /// <summary>Hook lists known.</summary>
    public IReadOnlyList<string>? Hooks { get; init; }

    /// <summary>Mount options known, those of filesystems left out; sorted.</summary>
    public IReadOnlyList<string>? MountOptions { get; init; }

    /// <summary>What only Linux has (features-linux.md).</summary>
    public FeaturesLinux? Linux { get; init; }

    /// <summary>Free metadata on the runtime.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Config annotations that change what the runtime does; a trailing dot makes it a prefix.</summary>
    public IReadOnlyList<string>? PotentiallyUnsafeConfigAnnotations { get; init; }
}
