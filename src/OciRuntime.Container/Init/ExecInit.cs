using System;
using System.Diagnostics.CodeAnalysis;
using OciRuntime.Container.Cgroups;
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

    /// <inheritdoc cref="ContainerInit(ContainerPlan, ICgroup, MessageChannel)"/>
    public ExecInit(ExecPlan plan, ICgroup cgroup, MessageChannel channel)
        : base(plan, cgroup, channel) =>
        _plan = plan;

    protected override void Live()
    {
        // 1. Die with the runtime; be confined before anything else.
        DieWithRuntime();
        JoinCgroup(keepAffinity: _plan.HasCpuAffinity);

        // 2. The init's namespaces, in one step that cannot meet another process of the same pid. From here on the
        //    container's processes are near: they must not look into this one (CVE-2016-9962).
        HideFromOthers();
        if (_plan.Namespaces != 0)
            Check.Ok(setns(_plan.InitPidfd, (int)_plan.Namespaces), "setns", "the container's namespaces");
        if (_plan.HasUserNamespace)
            BecomeRoot();
        if (_plan.Root.IsOpen)
        {
            Check.Ok(fchdir(_plan.Root), "fchdir", "the container's root");
            Check.Ok(chroot("."), "chroot", "the container's root");
        }

        // 3. A PID namespace is entered by birth alone. The container's processes see the new one from its first moment, and
        //    those with CAP_SYS_PTRACE into it: nothing that it has open may be the host's (CVE-2016-9962, CVE-2024-21626).
        CloseDescriptors(_plan.ConsoleSocket);
        CloneSibling(0);
        Check.Ok(setsid(), "setsid");
        if (_plan.NewKeyring)
            SessionKeyring.JoinExisting(_plan.Id, _plan.Warn);

        // 4. The terminal; the LSM's attributes, through a /proc of our own (CVE-2025-52881).
        ProcessPlan process = _plan.Process;
        if (process.Terminal)
            OpenTerminal().Dispose();
        if (process.ApparmorProfile is not null || process.SelinuxLabel is not null)
        {
            using ProcHandle proc = ProcHandle.Open();
            SecurityLabels.Apply(proc, process.ApparmorProfile, process.SelinuxLabel);
        }

        // 5. The process's identity.
        RaiseLimits();
        TakeScheduling();
        (CString, CStringArray) program = TakeIdentity();
        ApplyLimits();

        // 6. The program.
        SayReady();
        Expect(MessageType.Start);
        Execute(program);
    }
}
