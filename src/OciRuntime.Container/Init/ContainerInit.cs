using System;
using System.Diagnostics.CodeAnalysis;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Container.Rootfs;
using OciRuntime.Container.SafePath;
using OciRuntime.Container.Seccomp;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>
/// The container's first process, from the clone to the exec of the user's program. Read <see cref="Live"/> from top to bottom: it is the life of a container.
/// The runtime's side of the conversation is <see cref="InitProcess"/>.
/// </summary>
public sealed class ContainerInit : ProcessInit
{
    private readonly ContainerPlan _plan;

    /// <summary>In the child of the clone.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="cgroup">Where this process belongs.</param>
    /// <param name="channel">The child's end.</param>
    public ContainerInit(ContainerPlan plan, ICgroup cgroup, MessageChannel channel)
        : base(plan, cgroup, channel) =>
        _plan = plan;

    protected override void Live()
    {
        // 1. Die with the runtime for as long as it has not recorded the container, and hold no lock of its.
        DieWithRuntime();
        _plan.ContainerDirectory.Dispose();

        // In a namespace that is joined there are others, who must not look into this process (CVE-2016-9962). Only an
        // unprivileged runtime has to wait: it could not write the id maps of a process that is not dumpable.
        if (_plan.Privileged)
            HideFromOthers();

        // 2. Namespaces that need nothing else, since they take the kernel as long as the runtime takes for the cgroups.
        //    Then the limits: all that follows is counted and confined.
        MakeNamespaces(_plan.Namespaces.Early);
        Expect(MessageType.CgroupsMade);
        JoinCgroup(keepAffinity: false);

        _plan.Debug?.Invoke("init: in its cgroups");

        // 3. Namespaces: those to join, then in a new user namespace become its root, then the cgroup namespace,
        //    whose root is the cgroup just entered, and what else has to be its root's.
        if (_plan.Namespaces.NeedsTwoStages)
            CloneAgainInsideNamespaces();
        else
            EnterNamespaces();
        MakeNamespaces(_plan.Namespaces.Late);

        // 4. From here on, other processes of the container may exist: they must not look into this one (CVE-2016-9962).
        HideFromOthers();
        Check.Ok(setsid(), "setsid");
        if (_plan.NewKeyring)
        {
            if (_plan.Process.SelinuxLabel is { } label)
                SecurityLabels.ApplyToKeys(label);
            SessionKeyring.Join(_plan.Id, _plan.HasUserNamespace, _plan.Warn);
        }

        if ((_plan.Namespaces.New & CLONE_NEWNET) != 0)
            Loopback.BringUp();
        if (_plan.Config.Linux?.NetDevices is { Count: > 0 })
        {
            Channel.Send(MessageType.NetDevicesWanted);
            Expect(MessageType.NetDevicesMoved);
        }

        SetHostAndDomainName();
        _plan.Debug?.Invoke("init: in its namespaces");

        // 5. The file system, still under its host path; the hooks that want to see it so.
        _ = umask(0);
        ContainerRootfs rootfs = ContainerRootfs.Prepare(_plan.Rootfs);
        _plan.Debug?.Invoke("init: file system prepared");
        Spec.Hooks? hooks = _plan.Config.Hooks;
        if (hooks is { Prestart.Count: > 0 } or { CreateRuntime.Count: > 0 })
        {
            Channel.Send(MessageType.RootfsPrepared);
            Expect(MessageType.RuntimeHooksDone);
        }

        if (hooks is { CreateContainer.Count: > 0 })
            HookRunner.Run(HookKind.CreateContainer, hooks, _plan.StateFor(ContainerStatus.Creating, getpid()), _plan.BundleDirectory, null);

        // 6. The root changes; no path of the host means anything any more. Sysctls and LSM labels are written through
        //    a /proc of our own: the one in the rootfs is whatever the image made of it (CVE-2019-16884, CVE-2025-52881).
        rootfs.CreateDirectory(_plan.Process.WorkingDirectory.ToString());
        using ProcHandle? proc = WritesToProc ? rootfs.OpenProc() : null;
        rootfs.Enter();
        if (_plan.Process.Terminal)
            BindTerminal(rootfs);
        else
            rootfs.ReopenDevNull();
        if (proc is not null)
            WriteSettings(proc);
        rootfs.Seal();
        _plan.Debug?.Invoke("init: root changed and sealed");

        // 7. The container's identity: what root could still do wrong ends here.
        CloseDescriptors(_plan.StartSocket);
        RaiseLimits();
        TakeScheduling();
        (CString, CStringArray) program = TakeIdentity();

        // 8. Ready, and until the start as small as can be.
        SayReady();
        WaitForStart();

        // 9. The program, within its limits: earlier they would have hindered this one, which needs descriptors to hear of the start.
        ApplyLimits();
        if (hooks is { StartContainer.Count: > 0 })
            RunStartContainerHooks(hooks);
        Execute(program);
    }

    private void EnterNamespaces()
    {
        _plan.Namespaces.Join();
        if ((_plan.Namespaces.New & CLONE_NEWUSER) != 0)
        {
            Expect(MessageType.UserNamespaceMapped);
            BecomeRoot();
        }
    }

    private void MakeNamespaces(ulong flags)
    {
        if (flags == 0 || unshare((int)flags) == 0)
            return;
        LinuxException cause = new("unshare", errno, NamespaceType.ToNames(flags));
        // Whoever lacks the right lacks it in the user namespace, where there is a new one.
        throw new ContainerException("make the container's namespaces", cause, NamespaceLimits.Remedy(cause.Errno, flags | (_plan.Namespaces.New & CLONE_NEWUSER)));
    }

    /// <summary>See <see cref="NamespacePlan.NeedsTwoStages"/>. Returns in the second process, a child of the runtime like this one.</summary>
    private void CloneAgainInsideNamespaces()
    {
        using FileDescriptor offsets = _plan.Namespaces.HasTimeOffsets ? TimeOffsets.Open() : FileDescriptor.None;
        _plan.Namespaces.Join();
        ulong flags = _plan.Namespaces.CloneFlags & ~CLONE_NEWUSER;
        if ((_plan.Namespaces.New & CLONE_NEWUSER) != 0)
        {
            if (unshare((int)CLONE_NEWUSER) < 0)
            {
                LinuxException cause = new("unshare(CLONE_NEWUSER)", errno);
                throw new ContainerException("make the user namespace", cause, NamespaceLimits.Remedy(cause.Errno, CLONE_NEWUSER));
            }

            Channel.Send(MessageType.UserNamespaceMade);
            Expect(MessageType.UserNamespaceMapped);
        }

        if (_plan.HasUserNamespace)
            BecomeRoot();
        if (_plan.Namespaces.HasTimeOffsets)
        {
            TimeOffsets.MakeForChild(offsets, _plan.Config.Linux!.TimeOffsets!);
            flags &= ~CLONE_NEWTIME;
        }

        CloneSibling(flags);
    }

    private void SetHostAndDomainName()
    {
        if (_plan.Config.Hostname is { Length: > 0 } hostname)
            Check.Ok(sethostname(hostname), "sethostname", hostname);
        if (_plan.Config.Domainname is { Length: > 0 } domainname)
            Check.Ok(setdomainname(domainname), "setdomainname", domainname);
    }

    private void BindTerminal(ContainerRootfs rootfs)
    {
        using FileDescriptor slave = OpenTerminal();
        rootfs.BindConsole(slave);
    }

    private bool WritesToProc =>
        _plan.Config.Linux?.Sysctl is { Count: > 0 } || _plan.Process.ApparmorProfile is not null || _plan.Process.SelinuxLabel is not null;

    private void WriteSettings(ProcHandle proc)
    {
        if (_plan.Config.Linux?.Sysctl is { } sysctls)
            Sysctls.Write(proc, sysctls);
        SecurityLabels.Apply(proc, _plan.Process.ApparmorProfile, _plan.Process.SelinuxLabel);
    }

    /// <summary>Parks until somebody wants the program to run: the creating runtime itself, or a later <c>start</c>.</summary>
    private void WaitForStart()
    {
        Message message = Channel.Receive();
        switch (message.Type)
        {
            case MessageType.Start:
                return;
            case MessageType.Created:
                Channel.Dispose();
                Channel = StartSocket.AcceptStart(_plan.StartSocket);
                _plan.SendWarningsTo(Channel);
                return;
            default:
                exit_group(1);
                return;
        }
    }

    private void RunStartContainerHooks(Spec.Hooks hooks)
    {
        try
        {
            HookRunner.Run(HookKind.StartContainer, hooks, _plan.StateFor(ContainerStatus.Created, getpid()), FileDescriptor.None, _plan.Process.Environment.Variables);
        }
        catch (ContainerException e)
        {
            Channel.Send(MessageType.HookFailed, e.Errno, e.Message);
            exit_group(1);
        }
    }
}
