using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>The runtime's side of a process that is becoming one of a container: what the init and a process of <c>exec</c> have in common.</summary>
public abstract class StartedProcess : IDisposable
{
    private const string FailurePrefix = "unable to start container process: error during container init: ";

    private readonly StartPlan _plan;

    /// <summary>Clones the process, born into its cgroup where that is v2. Only the runtime returns from here.</summary>
    /// <param name="plan">What the child is to do.</param>
    /// <param name="cgroup">Where it belongs.</param>
    /// <param name="flags">The CLONE_NEW* flags of the namespaces that it is born into.</param>
    /// <param name="inTwoStages">Whether the child clones a second one that takes its place.</param>
    /// <param name="init">The child's side, from its end of the channel.</param>
    /// <exception cref="ContainerException">The clone failed.</exception>
    protected StartedProcess(StartPlan plan, ICgroup cgroup, ulong flags, bool inTwoStages, Func<MessageChannel, ProcessInit> init)
    {
        _plan = plan;
        (MessageChannel runtimeEnd, MessageChannel initEnd) = MessageChannel.CreatePair();
        if (inTwoStages)
            runtimeEnd.ReceiveSenders();
        Pid = Clone(cgroup, flags, out FileDescriptor pidfd);
        if (Pid == 0)
        {
            runtimeEnd.Dispose();
            init(initEnd).Run();
        }

        initEnd.Dispose();
        Channel = runtimeEnd;
        Pidfd = pidfd;
    }

    public int Pid { get; private set; }

    public FileDescriptor Pidfd { get; private set; }

    /// <summary>The terminal's master, if the process has a terminal and no console socket takes it.</summary>
    public FileDescriptor Terminal { get; private set; }

    /// <summary>The runtime's end.</summary>
    protected MessageChannel Channel { get; }

    /// <summary>Starts the program at once, and returns when it has been executed.</summary>
    /// <param name="notifyAgent">Passes a seccomp notify descriptor on.</param>
    /// <exception cref="ContainerException">It could not be executed.</exception>
    public void Start(Action<FileDescriptor> notifyAgent) => Start(Channel, _plan.Warn, notifyAgent, Pid);

    /// <summary>Asks the init at the other end to execute the program; returns when it has.</summary>
    /// <exception cref="HookFailedException">A startContainer hook failed: the container is to be destroyed.</exception>
    /// <exception cref="ContainerException">The program could not be executed.</exception>
    public static void Start(MessageChannel channel, Action<string> warn, Action<FileDescriptor> notifyAgent, int pid)
    {
        try
        {
            RunToExec(channel, warn, notifyAgent, pid);
        }
        catch (LinuxException e) when (e.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            throw new ContainerException($"the container's process (pid {pid}) ended before it was started", e);
        }
    }

    private static void RunToExec(MessageChannel channel, Action<string> warn, Action<FileDescriptor> notifyAgent, int pid)
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
                    using (FileDescriptor listener = message.File.IsOpen ? message.File : Duplicate(pid, message.Number))
                        notifyAgent(listener);
                    channel.Send(MessageType.SeccompListenerTaken);
                    break;
                case MessageType.HookFailed:
                    throw new HookFailedException(message.Text);
                default:
                    HandleCommon(message, warn, pid);
                    break;
            }
        }
    }

    /// <summary>A descriptor of the init, whose filter stands in the way of sending it.</summary>
    private static FileDescriptor Duplicate(int pid, int number)
    {
        using FileDescriptor pidfd = Check.Fd(pidfd_open(pid, 0), "pidfd_open");
        int listener = pidfd_getfd(pidfd, number, 0);
        if (listener >= 0)
            return new FileDescriptor(listener);
        LinuxException cause = new("pidfd_getfd", errno);
        throw new ContainerException("take the seccomp listener from the container's init", cause, cause.Errno == Errno.EPERM
            ? "without CAP_SYS_PTRACE linux.seccomp has to allow sendmsg, so that the init can send it"
            : null);
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

    public virtual void Dispose()
    {
        Channel.Dispose();
        Pidfd.Dispose();
    }

    /// <summary>Does the runtime's part until the process is ready to execute the program.</summary>
    /// <param name="meanwhile">What the process does not wait for.</param>
    /// <exception cref="ContainerException">It failed, with its own message, and has ended.</exception>
    public void RunUntilReady(Action? meanwhile = null)
    {
        if (_plan.Process.OomScoreAdj is int score)
            OomScore.Write(Pid, score);
        try
        {
            Begin();
        }
        catch (LinuxException e) when (e.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            // It has failed already: the reason is the next message.
        }

        meanwhile?.Invoke();
        while (true)
        {
            Message message = Channel.Receive();
            switch (message.Type)
            {
                case MessageType.InitCloned:
                    Adopt(message.Sender);
                    break;
                case MessageType.Terminal:
                    Terminal = message.File;
                    break;
                case MessageType.LimitsWanted:
                    foreach (ResourceLimit limit in _plan.Process.Limits)
                    {
                        if (limit.Raises(Pid))
                            limit.ApplyTo(Pid);
                    }

                    Channel.Send(MessageType.LimitsRaised);
                    break;
                case MessageType.SchedulingWanted:
                    _plan.Process.Scheduler?.ApplyTo(Pid);
                    _plan.Process.IOPriority?.ApplyTo(Pid);
                    Channel.Send(MessageType.SchedulingSet);
                    break;
                case MessageType.Ready:
                    return;
                default:
                    if (!Handle(message))
                        HandleCommon(message, _plan.Warn, Pid);
                    break;
            }
        }
    }

    /// <summary>What comes before the first message.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>What only one kind of process says; false for another message.</summary>
    protected virtual bool Handle(Message message) => false;

    private static int Clone(ICgroup cgroup, ulong flags, out FileDescriptor pidfd)
    {
        try
        {
            return ChildProcess.Clone(flags, cgroup.CloneInto, out pidfd);
        }
        catch (LinuxException e)
        {
            throw CloneFailure(e, flags);
        }
    }

    private static void HandleCommon(Message message, Action<string> warn, int pid)
    {
        switch (message.Type)
        {
            case MessageType.Warning:
                warn(message.Text);
                return;
            case MessageType.ExecFailed:
                ContainerException failure = ExecutableLookup.Failure(message.Text, new LinuxException("exec", message.Number), missing: string.Empty);
                throw new ContainerException(FailurePrefix + failure.Message) { Errno = failure.Errno };
            case MessageType.Failed:
                throw new ContainerException(FailurePrefix + message.Text) { Errno = message.Number };
            case MessageType.Gone:
                throw new ContainerException(
                    $"{FailurePrefix}the init (pid {pid}) was killed before it was ready",
                    "if linux.resources.memory.limit is small, raise it")
                { Errno = Errno.ESRCH };
            default:
                throw new ContainerException($"{FailurePrefix}unexpected message {message.Type}");
        }
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

    /// <summary>The error of a clone that was to make a process of a container.</summary>
    internal static ContainerException CloneFailure(LinuxException cause, ulong flags) => new("clone the container's process", cause, cause.Errno switch
    {
        Errno.EAGAIN => "the limit on processes is reached (linux.resources.pids.limit, ulimit -u)",
        Errno.EBUSY => "the cgroup has controllers enabled for its children and may not hold processes itself: choose another linux.cgroupsPath",
        _ => NamespaceLimits.Remedy(cause.Errno, flags),
    });
}
