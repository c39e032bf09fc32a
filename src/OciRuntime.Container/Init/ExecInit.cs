using System;
using System.Diagnostics.CodeAnalysis;
using OciRuntime.Container.Process;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>
/// A further process of a running container (<c>exec</c>), from the clone to the exec of its program: the counterpart of
/// <see cref="ContainerInit"/>. The runtime's side of the conversation is <see cref="ExecProcess"/>.
/// </summary>
public sealed class ExecInit : ProcessInit
{
    private readonly ExecPlan _plan;
    private readonly ReadOnlyMemory<FileDescriptor> _cgroups;

    private ExecInit(ExecPlan plan, ReadOnlyMemory<FileDescriptor> cgroups, MessageChannel channel)
        : base(channel)
    {
        _plan = plan;
        _cgroups = cgroups;
        plan.SendWarningsTo(channel);
    }

    /// <inheritdoc cref="ContainerInit.Run(ContainerPlan, ReadOnlyMemory{FileDescriptor}, MessageChannel)"/>
    [DoesNotReturn]
    public static void Run(ExecPlan plan, ReadOnlyMemory<FileDescriptor> cgroups, MessageChannel channel) =>
        new ExecInit(plan, cgroups, channel).Run();

    protected override void Live()
    {
        // 1. Die with the runtime; be confined before anything else.
        Check.Ok(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl(PR_SET_PDEATHSIG)");
        EnterCgroups(_cgroups.Span);

        // 2. The init's namespaces, in one step that cannot meet another process of the same pid. From here on the
        //    container's processes are near: they must not look into this one (CVE-2016-9962).
        Check.Ok(prctl(PR_SET_DUMPABLE, 0), "prctl(PR_SET_DUMPABLE)");
        if (_plan.Namespaces != 0)
            Check.Ok(setns(_plan.InitPidfd, (int)_plan.Namespaces), "setns", "the container's namespaces");
        if (_plan.HasUserNamespace)
            BecomeRoot();
        if (_plan.Root.IsOpen)
        {
            Check.Ok(fchdir(_plan.Root), "fchdir", "the container's root");
            Check.Ok(chroot("."), "chroot", "the container's root");
        }

        // 3. A PID namespace is entered by birth alone.
        CloneSibling(0);
        Check.Ok(setsid(), "setsid");
        if (_plan.NewKeyring)
            SessionKeyring.JoinExisting(_plan.Id);

        // 4. The terminal; the LSM's attributes, through a /proc of our own (CVE-2025-52881).
        ProcessPlan process = _plan.Process;
        if (process.Terminal)
            OpenTerminal(process, _plan.ConsoleSocket).Dispose();
        if (process.ApparmorProfile is not null || process.SelinuxLabel is not null)
        {
            using ProcHandle proc = ProcHandle.Open();
            SecurityLabels.Apply(proc, process.ApparmorProfile, process.SelinuxLabel);
        }

        // 5. The process's identity.
        CloseDescriptors(_plan.PreservedDescriptors, FileDescriptor.None);
        RaiseLimits(process, _plan.HasUserNamespace);
        ProcessSetup.TakeIdentity(process, _plan.MaySetGroups);
        CString path = ExecutableLookup.Find(process.Executable, process.Environment.Path);
        CStringArray envp = CStringArray.From(process.Environment.Variables);
        foreach (ResourceLimit limit in process.Limits)
            limit.ApplyTo(0);

        // 6. The program.
        Check.Ok(prctl(PR_SET_PDEATHSIG, 0), "prctl(PR_SET_PDEATHSIG)");
        Channel.Send(MessageType.Ready);
        Expect(MessageType.Start);
        SignalState.Reset();
        if (process.Seccomp is not null)
            LoadSeccomp(process.Seccomp);
        throw ProcessSetup.Execute(process, path, envp);
    }
}
