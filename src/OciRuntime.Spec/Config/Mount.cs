using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>One mount inside the container (config.md, "Mounts").</summary>
public sealed record Mount
{
    /// <summary>Where: an absolute path inside the container.</summary>
    [Required]
    public string Destination { get; init; } = "";

    /// <summary>Filesystem type, a name of <c>/proc/filesystems</c>; bind mounts may say anything.</summary>
    public string? Type { get; init; }

    /// <summary>Device name, or for bind mounts a host path, absolute or relative to the bundle.</summary>
    public string? Source { get; init; }

    /// <summary>Options as mount(8) spells them, those of the filesystem among them.</summary>
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>User ids of an id-mapped mount.</summary>
    public IReadOnlyList<LinuxIDMapping>? UIDMappings { get; init; }

    /// <summary>Group ids of an id-mapped mount.</summary>
    public IReadOnlyList<LinuxIDMapping>? GIDMappings { get; init; }
}
