using System.Collections.Generic;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>ps</c>: the ids, in the runtime's PID namespace, of the processes in the container's cgroup and the cgroups below it.</summary>
    /// <exception cref="Errors.ContainerException">There is no such container, or its cgroup cannot be read.</exception>
    public static IReadOnlyList<int> Processes(RuntimeOptions runtime, string id)
    {
        using ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: false);
        List<int> pids = [];
        container.Cgroup.Processes(pids);
        return pids;
    }
}
