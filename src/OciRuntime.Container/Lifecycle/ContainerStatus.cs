namespace OciRuntime.Container.Lifecycle;

/// <summary>The states of runtime-spec's runtime.md, and runc's <c>paused</c>.</summary>
public enum ContainerStatus
{
    Creating,
    Created,
    Running,
    Paused,
    Stopped,
}
