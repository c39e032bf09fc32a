using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>What a seccomp agent gets with the notification descriptor (config-linux.md, "The Container Process State").</summary>
public sealed record ContainerProcessState
{
    /// <summary>Version of the specification that this follows.</summary>
    [Required]
    public string OciVersion { get; init; } = "";

    /// <summary>Names of the descriptors sent, in their order.</summary>
    [Required]
    public IReadOnlyList<string> Fds { get; init; } = [];

    /// <summary>The process, seen from the runtime.</summary>
    [Required]
    public int Pid { get; init; }

    /// <summary><c>listenerMetadata</c> of the config.</summary>
    public string? Metadata { get; init; }

    /// <summary>The container's state.</summary>
    [Required]
    public State State { get; init; } = new();
}
