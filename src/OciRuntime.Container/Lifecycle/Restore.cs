using OciRuntime.Container.Errors;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>restore</c>: a container of the bundle whose processes are those that <see cref="Checkpoint"/> saved; unless detached stays with it to its end, then deletes it.</summary>
    /// <returns>The exit status of the container's process, 128 + n for signal n; 0 when detached.</returns>
    /// <exception cref="ContainerException">CRIU says no, or another step failed; nothing is left behind.</exception>
    public static int Restore(RuntimeOptions runtime, RestoreOptions options)
    {
        RefuseUnprivileged("restore");
        SealedSelf.Ensure();
        if (!options.Detach && !options.NoSubreaper)
            Check.Ok(prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl(PR_SET_CHILD_SUBREAPER)");
        using Restoration restoration = Restoration.Make(runtime, options);
        using ExistingContainer container = ExistingContainer.Of(runtime, restoration.Directory!, restoration.Record!);
        container.Directory.Unlock();
        if (options.Detach)
            return 0;

        using ForegroundSession session = ForegroundSession.Begin(restoration.Pid, restoration.Init, restoration.Terminal);
        int status = session.Wait(restoration.Notify);
        if (container.Directory.Lock())
            container.Destroy();
        return status;
    }
}
