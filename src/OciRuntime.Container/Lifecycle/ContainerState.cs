using System;
using System.Collections.Generic;

namespace OciRuntime.Container.Lifecycle;

/// <summary>What <c>state</c> and <c>list</c> tell of one container.</summary>
public sealed record ContainerState
{
    public required string OciVersion { get; init; }

    public required string Id { get; init; }

    /// <summary>Of the container's init in the caller's PID namespace; 0 when stopped.</summary>
    public required int Pid { get; init; }

    public required ContainerStatus Status { get; init; }

    /// <summary>Absolute path.</summary>
    public required string Bundle { get; init; }

    /// <summary>Absolute path.</summary>
    public required string Rootfs { get; init; }

    /// <summary>RFC 3339, UTC.</summary>
    public required string Created { get; init; }

    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    /// <summary>User id of the owner of the container's directory under the root.</summary>
    public required uint Owner { get; init; }
}
