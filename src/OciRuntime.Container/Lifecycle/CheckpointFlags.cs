using System.Collections.Generic;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The flags that <c>checkpoint</c> and <c>restore</c> share, with runc's meaning.</summary>
public record CheckpointFlags
{
    public required string Id { get; init; }

    /// <summary>Directory of CRIU's images; relative to the working directory or absolute.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Directory of CRIU's logs; null: that of the images.</summary>
    public string? WorkPath { get; init; }

    /// <summary>Whether open TCP connections are saved, and taken up again.</summary>
    public bool TcpEstablished { get; init; }

    /// <summary>Whether UNIX sockets may lead out of the container.</summary>
    public bool ExtUnixSk { get; init; }

    /// <summary>Whether the container may be in a session of the caller's.</summary>
    public bool ShellJob { get; init; }

    public bool FileLocks { get; init; }

    /// <summary><c>soft</c>, <c>full</c>, <c>strict</c> or <c>ignore</c>; null is <c>soft</c>.</summary>
    public string? ManageCgroupsMode { get; init; }

    /// <summary>Namespaces that are made anew without what was in them: <c>network</c>.</summary>
    public IReadOnlyList<string> EmptyNamespaces { get; init; } = [];

    /// <summary>Whether pages that a later image has are taken out of the earlier one.</summary>
    public bool AutoDedup { get; init; }

    /// <summary>Whether memory comes later, on demand, from <c>criu lazy-pages</c>.</summary>
    public bool LazyPages { get; init; }
}
