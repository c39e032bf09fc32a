using System.Collections.Generic;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Spec;

namespace OciRuntime.Container.Hooks;

/// <summary>The container's state as hooks and seccomp agents are told it: runtime.md, "State".</summary>
public static class HookState
{
    /// <param name="ociVersion">The config's version.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="status">Where the container is in its life.</param>
    /// <param name="pid">Of the init, as the reader's namespace sees it; 0: the container has ended, the member is left out.</param>
    /// <param name="bundle">Absolute path.</param>
    /// <param name="annotations">The config's annotations.</param>
    public static State Of(
        string ociVersion,
        string id,
        ContainerStatus status,
        int pid,
        string bundle,
        IReadOnlyDictionary<string, string>? annotations) => new()
        {
            OciVersion = ociVersion,
            Id = id,
            Status = StatusName.Of(status),
            Pid = pid == 0 ? null : pid,
            Bundle = bundle,
            Annotations = annotations is { Count: > 0 } ? annotations : null,
        };
}
