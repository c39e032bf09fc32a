using System;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The spec's words for <see cref="ContainerStatus"/> (runtime.md, "State"), and runc's <c>paused</c>.</summary>
public static class StatusName
{
    public static string Of(ContainerStatus status) => status switch
    {
        ContainerStatus.Creating => "creating",
        ContainerStatus.Created => "created",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        ContainerStatus.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };
}
