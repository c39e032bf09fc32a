using System;

namespace OciRuntime.Container.Lifecycle;

/// <summary>What the global flags say; the same for every operation.</summary>
public sealed record RuntimeOptions
{
    /// <summary>Absolute path of the directory that holds one directory per container.</summary>
    public required string Root { get; init; }

    /// <summary>Whether cgroups are made through systemd (<c>--systemd-cgroup</c>).</summary>
    public bool SystemdCgroup { get; init; }

    /// <summary>Whether to go easy on what an unprivileged user may not do; null: find out.</summary>
    public bool? Rootless { get; init; }

    /// <summary>CRIU: a path on the host, or a name in PATH.</summary>
    public string Criu { get; init; } = "criu";

    /// <summary>Receives each warning, one line without a prefix.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>Receives debug messages; null when <c>--debug</c> is off.</summary>
    public Action<string>? Debug { get; init; }
}
