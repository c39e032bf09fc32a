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
        if (options.Detach)
            SealedSelf.Ensure();
        else
            SealedSelf.EnsureWithBlockedSignals();
        if (!options.Detach && !options.NoSubreaper)
            Check.Ok(prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl(PR_SET_CHILD_SUBREAPER)");
        using Creation creation = Creation.Make(runtime, options, waitForStart: false);
        InitProcess init = creation.Init!;
        using ForegroundSession? session = options.Detach ? null : ForegroundSession.Begin(init);
        try
        {
            init.Start(creation.SeccompAgent);
            if (creation.Config.Hooks is { Poststart.Count: > 0 } hooks)
            {
                ReadOnlyMemory<byte> state = HookState.Encode(creation.Config.OciVersion, options.Id, ContainerStatus.Running, init.Pid, creation.Record!.Bundle, creation.Config.Annotations);
                HookRunner.Run("poststart", hooks.Poststart, state.Span, FileDescriptor.None, null);
            }
        }
        catch (Exception e) when (e is ContainerException or HookFailedException or LinuxException)
        {
            creation.Undo();
            throw e is HookFailedException ? new ContainerException(e.Message) : e;
        }

        if (session is null)
            return 0;
        int status = session.Wait();
        if (!options.Keep)
        {
            using ExistingContainer container = ExistingContainer.From(runtime, creation.Directory!, creation.Record!);
            container.Destroy();
        }

        return status;
    }
}
