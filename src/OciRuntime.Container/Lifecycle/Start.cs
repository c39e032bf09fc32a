using OciRuntime.Container.Errors;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Init;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>start</c>: runs the program of a created container (runtime.md, "Start"); returns when it has been executed and the poststart hooks have run.</summary>
    public static void Start(RuntimeOptions runtime, string id)
    {
        using NotifySocket? notify = NotifySocket.OfThisProcess(runtime.Warn);
        using ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: true);
        switch (container.Status())
        {
            case ContainerStatus.Created:
                break;
            case ContainerStatus.Stopped:
                throw new ContainerException("cannot start a container that has stopped");
            case ContainerStatus.Paused:
                throw new ContainerException("cannot start a container in the paused state", "resume it first");
            default:
                throw new ContainerException("cannot start an already running container");
        }
        if (container.Cgroup.StopsWhoEnters)
            throw new ContainerException("cannot start: the container's cgroup is frozen by a cgroup above it", "thaw that cgroup first");

        using MessageChannel channel = new(StartSocket.Connect(container.Directory.Descriptor, ContainerDirectory.StartSocketName));
        if (!channel.Socket.IsOpen)
            throw new ContainerException("cannot start a container that has stopped");

        using FileDescriptor init = notify is null ? FileDescriptor.None : container.OpenInit();
        notify?.Listen(container.Directory.Descriptor);
        try
        {
            int pid = container.Record.Pid;
            StartedProcess.Start(channel, runtime.Warn, listener => container.NotifySeccompAgent(ContainerStatus.Created, pid, listener), pid);
            OutOfMemory.VerifyExecuted(pid, container.Cgroup, () => container.Config.Linux?.Resources?.Memory?.Limit, runtime.Warn);
            container.Directory.RemoveStartSocket();
        }
        catch (HookFailedException e)
        {
            container.Destroy();
            throw new ContainerException(e.Message);
        }

        RunPoststart(container);
        notify?.RelayUntilReady(container.Record.Pid, init);
    }

    /// <summary>
    /// Without the lock: a hook may take its time, or use the container, and whoever wants to pause or delete the
    /// container meanwhile may.
    /// </summary>
    /// <exception cref="ContainerException">A hook failed: the container is destroyed (runtime.md, "Lifecycle", step 9).</exception>
    private static void RunPoststart(ExistingContainer container)
    {
        container.Directory.Unlock();
        if (!container.Record.HasPoststartHooks)
            return;
        try
        {
            HookRunner.Run(HookKind.Poststart, container.Config.Hooks, container.StateFor(ContainerStatus.Running), FileDescriptor.None, null);
        }
        catch (ContainerException)
        {
            if (container.Directory.Lock())
                container.Destroy();
            throw;
        }
    }
}
