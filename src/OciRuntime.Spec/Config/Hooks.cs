using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Programs run at points of the life cycle, each list in order (config.md, "POSIX-platform Hooks").</summary>
public sealed record Hooks
{
    /// <summary>In the runtime's namespaces, before the user's program; deprecated by the specification.</summary>
    public IReadOnlyList<Hook>? Prestart { get; init; }

    /// <summary>In the runtime's namespaces, during create, before the root is switched.</summary>
    public IReadOnlyList<Hook>? CreateRuntime { get; init; }

    /// <summary>In the container's namespaces, during create, before the root is switched.</summary>
    public IReadOnlyList<Hook>? CreateContainer { get; init; }

    /// <summary>In the container, during start, before the user's program.</summary>
    public IReadOnlyList<Hook>? StartContainer { get; init; }

    /// <summary>In the runtime's namespaces, after the user's program has started.</summary>
    public IReadOnlyList<Hook>? Poststart { get; init; }

    /// <summary>In the runtime's namespaces, after the container is deleted.</summary>
    public IReadOnlyList<Hook>? Poststop { get; init; }
}
