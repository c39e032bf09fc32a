using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>The runtime's side of a container's first process: the clone and the conversation with <see cref="ContainerInit"/>.</summary>
public sealed class InitProcess : IDisposable
{
    private const string FailurePrefix = "unable to start container process: error during container init: ";

    private readonly ContainerPlan _plan;
    private readonly MessageChannel _channel;

    private InitProcess(ContainerPlan plan, MessageChannel channel, int pid, FileDescriptor pidfd)
    {
        _plan = plan;
        _channel = channel;
        Pid = pid;
        Pidfd = pidfd;
    }

    public int Pid { get; private set; }

    public FileDescriptor Pidfd { get; private set; }

    /// <summary>The terminal's master, if the container has a terminal and no console socket takes it.</summary>
    public FileDescriptor Terminal { get; private set; }

    /// <summary>Makes the init, in its cgroup and namespaces, and lets it begin.</summary>
    public static unsafe InitProcess Clone(ContainerPlan plan, ICgroup cgroup)
    {
        (MessageChannel runtimeEnd, MessageChannel initEnd) = MessageChannel.CreatePair();
        FileDescriptor[] join = [.. cgroup.JoinDescriptors];
        int pidfd;
        clone_args clone = new()
        {
            flags = CLONE_PIDFD | (plan.Namespaces.NeedsTwoStages ? 0 : plan.Namespaces.CloneFlags),
            pidfd = (ulong)&pidfd,
            exit_signal = SIGCHLD,
        };
        if (cgroup.CloneInto.IsOpen)
        {
            clone.flags |= CLONE_INTO_CGROUP;
            clone.cgroup = (ulong)(int)cgroup.CloneInto;
        }

        ulong mask = SignalState.BlockAll();
        plan.Namespaces.EnterPidForChildren();
        int pid = clone3(&clone);
        int error = errno;
        if (pid == 0)
        {
            runtimeEnd.Dispose();
            ContainerInit.Run(plan, join, initEnd);
        }

        plan.Namespaces.LeavePidForChildren();
        SignalState.SetMask(mask);
        initEnd.Dispose();
        if (pid > 0)
            return new InitProcess(plan, runtimeEnd, pid, new FileDescriptor(pidfd));

        runtimeEnd.Dispose();
        throw CloneFailure(new LinuxException("clone3", error));
    }

    /// <summary>
    /// Does the runtime's part until the init is ready to execute the program.
    /// </summary>
    /// <exception cref="ContainerException">The init failed, with its own message; it has ended.</exception>
    public void RunUntilReady()
    {
        WriteOomScore();
        if (!_plan.Namespaces.NeedsTwoStages)
            MapUserNamespace();

        while (true)
        {
            Message message = _channel.Receive();
            switch (message.Type)
            {
                case MessageType.UserNamespaceMade:
                    MapUserNamespace();
                    break;
                case MessageType.InitCloned:
                    Adopt(message.Number);
                    break;
                case MessageType.RootfsPrepared:
                    RunRuntimeHooks();
                    _channel.Send(MessageType.RuntimeHooksDone);
                    break;
                case MessageType.Terminal:
                    Terminal = message.File;
                    break;
                case MessageType.LimitsWanted:
                    foreach (ResourceLimit limit in _plan.Process.Limits)
                        limit.ApplyTo(Pid);
                    _channel.Send(MessageType.LimitsRaised);
                    break;
                case MessageType.Ready:
                    return;
                default:
                    HandleCommon(_channel, message, _plan.Warn, Pid);
                    break;
            }
        }
    }

    /// <summary>The container is on record: the init now waits for <c>start</c> and outlives the runtime.</summary>
    public void ConfirmCreated() => _channel.Send(MessageType.Created);

    /// <summary>Starts the program at once, and returns when it has been executed.</summary>
    /// <exception cref="ContainerException">It could not be executed.</exception>
    public void Start(SeccompAgent? agent) => Start(_channel, _plan.Warn, agent, Pid);

    /// <summary>Asks the init at the other end to execute the program; returns when it has.</summary>
    /// <exception cref="HookFailedException">A startContainer hook failed: the container is to be destroyed.</exception>
    /// <exception cref="ContainerException">The program could not be executed.</exception>
    public static void Start(MessageChannel channel, Action<string> warn, SeccompAgent? agent, int pid)
    {
        channel.Send(MessageType.Start);
        while (true)
        {
            Message message = channel.Receive();
            switch (message.Type)
            {
                case MessageType.Gone:
                    // The kernel closes the init's end at exec.
                    return;
                case MessageType.SeccompListener:
                    using (message.File)
                        agent?.Notify(message.File, pid);
                    channel.Send(MessageType.SeccompListenerTaken);
                    break;
                case MessageType.HookFailed:
                    throw new HookFailedException(message.Text);
                default:
                    HandleCommon(channel, message, warn, pid);
                    break;
            }
        }
    }

    /// <summary>Kills the init if it lives, and reaps it.</summary>
    public void KillAndReap()
    {
        if (!Pidfd.IsOpen)
            return;
        _ = pidfd_send_signal(Pidfd, SIGKILL);
        try
        {
            ExitStatus.Wait(Pidfd);
        }
        catch (LinuxException e) when (e.Errno == Errno.ECHILD)
        {
            // Reaped when its end was noticed.
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        Pidfd.Dispose();
    }

    private static void HandleCommon(MessageChannel channel, Message message, Action<string> warn, int pid)
    {
        switch (message.Type)
        {
            case MessageType.Warning:
                warn(message.Text);
                return;
            case MessageType.Failed:
                throw new ContainerException(FailurePrefix + message.Text) { Errno = message.Number };
            case MessageType.Gone:
                throw new ContainerException(
                    $"{FailurePrefix}the init (pid {pid}) was killed before it was ready",
                    "if linux.resources.memory.limit is small, raise it");
            default:
                throw new ContainerException($"{FailurePrefix}unexpected message {message.Type}");
        }
    }

    private void MapUserNamespace()
    {
        if (_plan.IdMappings is null)
            return;
        _plan.IdMappings.WriteTo(Pid);
        _channel.Send(MessageType.UserNamespaceMapped);
    }

    /// <summary>The init proper, cloned by the first process as a child of the runtime; the first process has done its work.</summary>
    private void Adopt(int pid)
    {
        FileDescriptor pidfd = Check.Fd(pidfd_open(pid, 0), "pidfd_open");
        ExitStatus.Wait(Pidfd);
        Pidfd.Dispose();
        Pidfd = pidfd;
        Pid = pid;
    }

    private void RunRuntimeHooks()
    {
        Spec.Hooks? hooks = _plan.Config.Hooks;

        // Prestart hooks predate the other kinds: they belong to the start of a container that has been created.
        if (hooks is { Prestart.Count: > 0 })
            HookRunner.Run("prestart", hooks.Prestart, _plan.StateFor(ContainerStatus.Created, Pid).Span, _plan.BundleDirectory, null);
        if (hooks is { CreateRuntime.Count: > 0 })
            HookRunner.Run("createRuntime", hooks.CreateRuntime, _plan.StateFor(ContainerStatus.Creating, Pid).Span, _plan.BundleDirectory, null);
    }

    private void WriteOomScore()
    {
        if (_plan.Process.OomScoreAdj is int score)
            OomScore.Write(Pid, score);
    }

    private static ContainerException CloneFailure(LinuxException cause) => new("create the container's init", cause, cause.Errno switch
    {
        Errno.EPERM => "creating namespaces needs CAP_SYS_ADMIN: add {\"type\":\"user\"} to linux.namespaces or run as root",
        Errno.ENOSPC => "a limit of user.max_*_namespaces is reached",
        Errno.EAGAIN => "the limit on processes is reached",
        Errno.EBUSY => "the cgroup has controllers enabled for its children and may not hold processes itself: choose another linux.cgroupsPath",
        _ => null,
    });
}
