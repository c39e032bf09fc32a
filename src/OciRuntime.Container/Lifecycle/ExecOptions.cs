using System.Collections.Generic;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The flags of <c>exec</c>, with runc's meaning. Null and empty: as the container's own process.</summary>
public sealed record ExecOptions
{
    public required string Id { get; init; }

    /// <summary>A file with the whole process as JSON; what follows up to <see cref="Capabilities"/> is then not used.</summary>
    public string? ProcessFile { get; init; }

    public IReadOnlyList<string> Args { get; init; } = [];

    public string? Cwd { get; init; }

    /// <summary>NAME=value, added to the environment of the container's process.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    public bool Terminal { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    public IReadOnlyList<uint> AdditionalGids { get; init; } = [];

    public string? ApparmorProfile { get; init; }

    public string? SelinuxLabel { get; init; }

    public bool? NoNewPrivileges { get; init; }

    /// <summary>Names of capabilities, added to the bounding, effective and permitted sets.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public string? ConsoleSocket { get; init; }

    public string? PidfdSocket { get; init; }

    public string? PidFile { get; init; }

    public bool Detach { get; init; }

    /// <inheritdoc cref="CreateOptions.PreserveFds"/>
    public int PreserveFds { get; init; }

    /// <summary>Cgroups below the container's, as <c>PATH</c> or <c>controller:PATH</c>.</summary>
    public IReadOnlyList<string> Cgroups { get; init; } = [];

    public bool IgnorePaused { get; init; }
}
