using System;
using System.Diagnostics.CodeAnalysis;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Container.Rootfs;
using OciRuntime.Container.SafePath;
using OciRuntime.Container.Seccomp;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>
/// The container's first process, from the clone to the exec of the user's program: the same image as the runtime,
/// one thread, all signals blocked. Read <see cref="Live"/> from top to bottom: it is the life of a container.
/// The runtime's side of the conversation is <see cref="InitProcess"/>.
/// </summary>
public sealed class ContainerInit
{
    private readonly ContainerPlan _plan;
    private readonly ReadOnlyMemory<FileDescriptor> _cgroups;
    private MessageChannel _channel;

    private ContainerInit(ContainerPlan plan, ReadOnlyMemory<FileDescriptor> cgroups, MessageChannel channel)
    {
        _plan = plan;
        _cgroups = cgroups;
        _channel = channel;
        plan.SendWarningsTo(channel);
    }

    /// <summary>The child of the clone. Never returns: it executes the program, or tells the runtime why not and ends.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="cgroups">Opened <c>cgroup.procs</c> files (cgroup v1) to join.</param>
    /// <param name="channel">The init's end.</param>
    [DoesNotReturn]
    public static void Run(ContainerPlan plan, ReadOnlyMemory<FileDescriptor> cgroups, MessageChannel channel)
    {
        ContainerInit init = new(plan, cgroups, channel);
        try
        {
            init.Live();
        }
        catch (Exception e)
        {
            init.Fail(e);
        }

        exit_group(1);
    }

    private void Live()
    {
        // 1. Die with the runtime for as long as it has not recorded the container, and hold no lock of its.
        Check.Ok(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl(PR_SET_PDEATHSIG)");
        _plan.ContainerDirectory.Dispose();

        // 2. Limits first: all that follows is counted and confined.
        EnterCgroups();

        // 3. Namespaces: those to join, then in a new user namespace become its root, then the cgroup namespace,
        //    whose root is the cgroup just entered.
        if (_plan.Namespaces.NeedsTwoStages)
            CloneAgainInsideNamespaces();
        else
            EnterNamespaces();
        if ((_plan.Namespaces.New & CLONE_NEWCGROUP) != 0)
            Check.Ok(unshare((int)CLONE_NEWCGROUP), "unshare(CLONE_NEWCGROUP)");

        // 4. From here on, other processes of the container may exist: they must not look into this one (CVE-2016-9962).
        Check.Ok(prctl(PR_SET_DUMPABLE, 0), "prctl(PR_SET_DUMPABLE)");
        Check.Ok(setsid(), "setsid");
        if (_plan.NewKeyring)
            SessionKeyring.Join(_plan.Id, _plan.Namespaces.HasUserNamespace);
        if ((_plan.Namespaces.New & CLONE_NEWNET) != 0)
            Loopback.BringUp();
        SetHostAndDomainName();

        // 5. The file system, still under its host path; the hooks that want to see it so.
        _ = umask(0);
        ContainerRootfs rootfs = ContainerRootfs.Prepare(_plan.Rootfs);
        Spec.Hooks? hooks = _plan.Config.Hooks;
        if (hooks is { Prestart.Count: > 0 } or { CreateRuntime.Count: > 0 })
        {
            _channel.Send(MessageType.RootfsPrepared);
            Expect(MessageType.RuntimeHooksDone);
        }

        if (hooks is { CreateContainer.Count: > 0 })
            HookRunner.Run("createContainer", hooks.CreateContainer, _plan.StateFor(ContainerStatus.Creating, getpid()).Span, _plan.BundleDirectory, null);

        // 6. The root changes; no path of the host means anything any more. Sysctls and LSM labels are written through
        //    a /proc of our own: the one in the rootfs is whatever the image made of it (CVE-2019-16884, CVE-2025-52881).
        rootfs.CreateDirectory(_plan.Process.WorkingDirectory.ToString());
        using ProcHandle? proc = WritesToProc ? rootfs.OpenProc() : null;
        rootfs.Enter();
        if (_plan.Process.Terminal)
            OpenTerminal(rootfs);
        else
            rootfs.ReopenDevNull();
        if (proc is not null)
            WriteSettings(proc);
        rootfs.Seal();

        // 7. The container's identity: what root could still do wrong ends here.
        CloseDescriptors();
        ProcessPlan process = _plan.Process;
        RaiseLimits(process);
        ProcessSetup.TakeIdentity(process, _plan.MaySetGroups);
        CString path = ExecutableLookup.Find(process.Executable, process.Environment.Path);
        CStringArray envp = CStringArray.From(process.Environment.Variables);

        // 8. Limits that would have hindered all that. Ready. Changing the user has cleared the death signal: an empty read tells of the runtime's end now.
        foreach (ResourceLimit limit in process.Limits)
            limit.ApplyTo(0);
        Check.Ok(prctl(PR_SET_PDEATHSIG, 0), "prctl(PR_SET_PDEATHSIG)");
        _channel.Send(MessageType.Ready);
        WaitForStart();

        // 9. The program.
        if (hooks is { StartContainer.Count: > 0 })
            RunStartContainerHooks(hooks);
        if (process.Seccomp is not null)
            LoadSeccomp(process.Seccomp);
        throw ProcessSetup.Execute(process, path, envp);
    }

    private unsafe void EnterCgroups()
    {
        byte self = (byte)'0';
        foreach (FileDescriptor procs in _cgroups.Span)
        {
            Check.Ok(write(procs, &self, 1), "write", "cgroup.procs");
            procs.Dispose();
        }
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

    /// <summary>See <see cref="NamespacePlan.NeedsTwoStages"/>. Returns in the second process, a child of the runtime like this one.</summary>
    private unsafe void CloneAgainInsideNamespaces()
    {
        _plan.Namespaces.Join();
        ulong flags = _plan.Namespaces.CloneFlags & ~CLONE_NEWUSER;
        if ((_plan.Namespaces.New & CLONE_NEWUSER) != 0)
        {
            Check.Ok(unshare((int)CLONE_NEWUSER), "unshare(CLONE_NEWUSER)");
            _channel.Send(MessageType.UserNamespaceMade);
            Expect(MessageType.UserNamespaceMapped);
        }

        if (_plan.Namespaces.HasUserNamespace)
            BecomeRoot();
        if (_plan.Namespaces.HasTimeOffsets)
        {
            TimeOffsets.MakeForChild(_plan.Config.Linux!.TimeOffsets!);
            flags &= ~CLONE_NEWTIME;
        }

        clone_args clone = new() { flags = flags | CLONE_PARENT };
        int pid = Check.Ok(clone3(&clone), "clone3");
        if (pid != 0)
        {
            _channel.Send(MessageType.InitCloned, pid);
            exit_group(0);
        }

        Check.Ok(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl(PR_SET_PDEATHSIG)");
    }

    /// <summary>Of the user namespace. Where it does not map 0 there is no root to become.</summary>
    private static void BecomeRoot()
    {
        if ((setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0) && errno != Errno.EINVAL)
            throw new LinuxException("setresuid", errno);
    }

    private void SetHostAndDomainName()
    {
        if (_plan.Config.Hostname is { Length: > 0 } hostname)
            Check.Ok(sethostname(hostname), "sethostname", hostname);
        if (_plan.Config.Domainname is { Length: > 0 } domainname)
            Check.Ok(setdomainname(domainname), "setdomainname", domainname);
    }

    /// <summary>
    /// All but stdio, what the caller wants preserved, and the sockets still to be heard on: a directory of the host
    /// among them would lead out of the container (CVE-2024-21626). The sockets are closed by the exec.
    /// </summary>
    private void CloseDescriptors()
    {
        int low = Math.Min(_channel.Socket, _plan.StartSocket.IsOpen ? _plan.StartSocket : int.MaxValue);
        int high = Math.Max(_channel.Socket, _plan.StartSocket);
        uint next = (uint)(STDERR_FILENO + 1 + _plan.PreservedDescriptors);
        foreach (int keep in (ReadOnlySpan<int>)[low, high])
        {
            if (keep > next)
                Check.Ok(close_range(next, (uint)keep - 1, 0), "close_range");
            next = Math.Max(next, (uint)keep + 1);
        }

        Check.Ok(close_range(next, uint.MaxValue, 0), "close_range");
    }

    private void OpenTerminal(ContainerRootfs rootfs)
    {
        (FileDescriptor master, FileDescriptor slave) = Terminal.Open(_plan.Process.ConsoleSize);
        rootfs.BindConsole(slave);
        if (_plan.ConsoleSocket.IsOpen)
            new MessageChannel(_plan.ConsoleSocket).SendBytes("/dev/ptmx"u8, master);
        else
            _channel.Send(MessageType.Terminal, 0, "", master);
        Terminal.TakeOver(slave);
        master.Dispose();
        slave.Dispose();
    }

    private bool WritesToProc =>
        _plan.Config.Linux?.Sysctl is { Count: > 0 } || _plan.Process.ApparmorProfile is not null || _plan.Process.SelinuxLabel is not null;

    private void WriteSettings(ProcHandle proc)
    {
        if (_plan.Config.Linux?.Sysctl is { } sysctls)
        {
            foreach ((string name, string value) in sysctls)
                proc.WriteSysctl(name, value);
        }

        SecurityLabels.Apply(proc, _plan.Process.ApparmorProfile, _plan.Process.SelinuxLabel);
    }

    /// <summary>While there is privilege; in a user namespace there never is enough, and the runtime does it.</summary>
    private void RaiseLimits(ProcessPlan process)
    {
        foreach (ResourceLimit limit in process.Limits)
        {
            if (!limit.Raises())
                continue;
            if (_plan.Namespaces.HasUserNamespace)
            {
                _channel.Send(MessageType.LimitsWanted);
                Expect(MessageType.LimitsRaised);
                return;
            }

            limit.ApplyTo(0);
        }
    }

    /// <summary>Parks until somebody wants the program to run: the creating runtime itself, or a later <c>start</c>.</summary>
    private void WaitForStart()
    {
        Message message = _channel.Receive();
        switch (message.Type)
        {
            case MessageType.Start:
                return;
            case MessageType.Created:
                _channel.Dispose();
                _channel = StartSocket.AcceptStart(_plan.StartSocket);
                _plan.SendWarningsTo(_channel);
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
            HookRunner.Run("startContainer", hooks.StartContainer, _plan.StateFor(ContainerStatus.Created, getpid()).Span, FileDescriptor.None, _plan.Process.Environment.Variables);
        }
        catch (ContainerException e)
        {
            _channel.Send(MessageType.HookFailed, e.Errno, e.Message);
            exit_group(1);
        }
    }

    /// <summary>As late as can be, so that a profile need not allow what the runtime does.</summary>
    private void LoadSeccomp(SeccompProgram program)
    {
        using FileDescriptor listener = SeccompLoader.Load(program);
        if (listener.IsOpen)
        {
            _channel.Send(MessageType.SeccompListener, 0, "", listener);
            Expect(MessageType.SeccompListenerTaken);
        }
    }

    private void Expect(MessageType type)
    {
        Message message = _channel.Receive();
        if (message.Type == type)
            return;

        // The runtime has gone, or is undoing the creation: it has the reason.
        exit_group(1);
    }

    private void Fail(Exception e)
    {
        try
        {
            string text = e is ContainerException or LinuxException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            _channel.Send(MessageType.Failed, (e as ContainerException)?.Errno ?? (e as LinuxException)?.Errno ?? 0, text);
        }
        catch (LinuxException)
        {
            // Nobody listens any more.
        }
    }
}
