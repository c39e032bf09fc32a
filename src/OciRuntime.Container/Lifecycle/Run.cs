using System;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Init;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>run</c>: create and start in one, and unless detached stay with the container to its end, then delete it.</summary>
    /// <returns>The exit status of the container's process, 128 + n for signal n; 0 when detached.</returns>
    public static int Run(RuntimeOptions runtime, CreateOptions options)
    {
        SealedSelf.Ensure();
        if (!options.Detach && !options.NoSubreaper)
            Check.Ok(prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl(PR_SET_CHILD_SUBREAPER)");
        using Creation creation = Creation.Make(runtime, options, waitForStart: false);
        using ForegroundSession? session = options.Detach ? null : ForegroundSession.Begin(creation.Init!);
        try
        {
            creation.Start();
        }
        catch (Exception e) when (e is ContainerException or HookFailedException or LinuxException)
        {
            creation.Undo();
            throw e is HookFailedException ? new ContainerException(e.Message) : e;
        }

        runtime.Debug?.Invoke("program executed");
        using ExistingContainer container = ExistingContainer.Of(runtime, creation.Directory!, creation.Record!);
        RunPoststart(container);
        if (session is null)
        {
            creation.Notify?.RelayUntilReady(creation.Init!.Pid, creation.Init.Pidfd);
            return 0;
        }

        int status = session.Wait(creation.Notify);
        runtime.Debug?.Invoke("container ended");
        if (!options.Keep && container.Directory.Lock())
            container.Destroy();
        runtime.Debug?.Invoke("container removed");
        return status;
    }
}
