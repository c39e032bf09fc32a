using OciRuntime.Container.Errors;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary>
    /// <c>delete</c>: removes what is left of a stopped container (runtime.md, "Delete"). A created one is not
    /// stopped: the spec makes that an error, where runc deletes it.
    /// </summary>
    /// <param name="runtime">The global flags.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="force">Ends the container first; no container, and one whose creation was cut short, are no error.</param>
    public static void Delete(RuntimeOptions runtime, string id, bool force)
    {
        using ContainerDirectory? directory = ContainerDirectory.TryOpen(runtime.Root, id);
        if (directory is null)
        {
            if (force)
                return;
            throw new ContainerException("container does not exist") { Errno = Errno.ENOENT };
        }

        if (!force)
        {
            using ExistingContainer container = ExistingContainer.Of(runtime, directory, directory.Read());
            ContainerStatus status = container.Status();
            if (status != ContainerStatus.Stopped)
                throw new ContainerException($"cannot delete container {id} that is not stopped: {StatusName.Of(status)}");
        }

        if (!directory.TryLock())
        {
            // Its creator, or a start, is at work, perhaps in a hook that never ends. Without its init it gives up.
            if (force)
                KillInit(runtime, directory);
            if (!directory.Lock())
                return;
        }

        ContainerRecord? record = Read(runtime, directory, force);
        if (record is null)
        {
            directory.Remove();
            return;
        }

        using ExistingContainer doomed = ExistingContainer.Of(runtime, directory, record);
        doomed.Destroy();
    }

    /// <summary>The record. One that cannot be read must not keep the id taken for ever: by force its directory is removed.</summary>
    private static ContainerRecord? Read(RuntimeOptions runtime, ContainerDirectory directory, bool force)
    {
        try
        {
            return directory.TryRead();
        }
        catch (ContainerException e) when (force)
        {
            runtime.Warn($"{e.Message}: what it says of processes and cgroups is lost, they are left alone");
            return null;
        }
    }

    private static void KillInit(RuntimeOptions runtime, ContainerDirectory directory)
    {
        if (Read(runtime, directory, force: true) is not { } record)
            return;
        using ExistingContainer container = ExistingContainer.Of(runtime, directory, record);
        using FileDescriptor init = container.OpenInit();
        if (init.IsOpen)
            _ = pidfd_send_signal(init, SIGKILL);
        if (record.OwnsCgroup)
            container.Cgroup.Kill();
    }
}
