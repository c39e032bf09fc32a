using OciRuntime.Container.Errors;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>pause</c>: stops every process of the container until <see cref="Resume"/>; returns when they have stopped.</summary>
    public static void Pause(RuntimeOptions runtime, string id)
    {
        using ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: true);
        if (container.Status() is not (ContainerStatus.Running or ContainerStatus.Created))
            throw new ContainerException("container not running");
        container.Cgroup.Freeze();
    }

    /// <summary><c>resume</c>: lets the processes of a paused container go on.</summary>
    public static void Resume(RuntimeOptions runtime, string id)
    {
        using ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: true);
        if (container.Status() != ContainerStatus.Paused)
            throw new ContainerException("container not paused");
        container.Cgroup.Thaw();
    }
}
