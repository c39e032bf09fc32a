using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Who the process runs as, in ids of the container (config.md, "User").</summary>
public sealed record User
{
    /// <summary>User id.</summary>
    [Required]
    public uint UID { get; init; }

    /// <summary>Group id.</summary>
    [Required]
    public uint GID { get; init; }

    /// <summary>umask(2) of the process; a decimal number in JSON. Absent keeps the runtime's default.</summary>
    public uint? Umask { get; init; }

    /// <summary>Supplementary groups.</summary>
    public IReadOnlyList<uint>? AdditionalGids { get; init; }

    /// <summary>Name of a user; Windows only.</summary>
    public string? Username { get; init; }
}
