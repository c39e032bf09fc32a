using System;
using System.Diagnostics.CodeAnalysis;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Process;
using OciRuntime.Container.Seccomp;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>
/// The child's side of a clone that becomes a process of a container: what the init and a process of <c>exec</c> have
/// in common. The same image as the runtime, one thread, all signals blocked.
/// </summary>
public abstract class ProcessInit
{
    private readonly StartPlan _plan;
    private readonly ICgroup _cgroup;
    private bool _filtered;

    /// <summary>In the child of the clone.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="cgroup">Where this process belongs.</param>
    /// <param name="channel">The child's end.</param>
    protected ProcessInit(StartPlan plan, ICgroup cgroup, MessageChannel channel)
    {
        _plan = plan;
        _cgroup = cgroup;
        Channel = channel;
        plan.SendWarningsTo(channel);
    }

    /// <summary>The child's end.</summary>
    protected MessageChannel Channel { get; set; }

    /// <summary>From the clone to the exec. Never returns: it executes the program, or tells the runtime why not and ends.</summary>
    [DoesNotReturn]
    public void Run()
    {
        try
        {
            Live();
        }
        catch (Exception e)
        {
            Fail(e);
        }

        exit_group(1);
    }

    protected abstract void Live();

    /// <summary>For as long as the runtime could not say what has become of this process.</summary>
    protected static void DieWithRuntime() => Check.Ok(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl(PR_SET_PDEATHSIG)");

    /// <summary>No longer dumpable: other processes of the container must not look into this one (CVE-2016-9962).</summary>
    protected static void HideFromOthers() => Check.Ok(prctl(PR_SET_DUMPABLE, 0), "prctl(PR_SET_DUMPABLE)");

    /// <param name="keepAffinity">Whether the CPU affinity is what the config asks for, and not what the runtime happens to have.</param>
    protected void JoinCgroup(bool keepAffinity)
    {
        _cgroup.Join();
        if (!keepAffinity && CpuAffinity.Reset() is int error and not 0)
            _plan.Warn($"the process keeps the runtime's CPU affinity: sched_setaffinity: {Errno.Text(error)}");
    }

    /// <summary>Of the user namespace. Where it does not map 0 there is no root to become.</summary>
    protected static void BecomeRoot()
    {
        if ((setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0) && errno != Errno.EINVAL)
            throw new LinuxException("setresuid", errno);
    }

    /// <summary>Once more a child of the runtime, a sibling of the caller, which ends; the sibling tells the runtime of itself.</summary>
    protected unsafe void CloneSibling(ulong flags)
    {
        clone_args clone = new() { flags = flags | CLONE_PARENT };
        int sibling = clone3(&clone);
        if (sibling < 0)
            throw StartedProcess.CloneFailure(new LinuxException("clone3", errno), flags);
        if (sibling != 0)
            exit_group(0);
        DieWithRuntime();
        Channel.Send(MessageType.InitCloned);
    }

    /// <summary>
    /// All but stdio, what the caller wants preserved, and the sockets still to be heard on: a directory of the host
    /// among them would lead out of the container (CVE-2024-21626). The sockets are closed by the exec.
    /// </summary>
    protected void CloseDescriptors(FileDescriptor startSocket)
    {
        int low = Math.Min(Channel.Socket, startSocket.IsOpen ? startSocket : int.MaxValue);
        int high = Math.Max(Channel.Socket, startSocket);
        uint next = (uint)(STDERR_FILENO + 1 + _plan.PreservedDescriptors);
        foreach (int keep in (ReadOnlySpan<int>)[low, high])
        {
            if (keep > next)
                Check.Ok(close_range(next, (uint)keep - 1, 0), "close_range");
            next = Math.Max(next, (uint)keep + 1);
        }

        Check.Ok(close_range(next, uint.MaxValue, 0), "close_range");
    }

    /// <summary>A new terminal for this process; the console socket or the runtime gets the master.</summary>
    /// <returns>The terminal's other end, which is the caller's stdio now.</returns>
    protected FileDescriptor OpenTerminal()
    {
        (FileDescriptor master, FileDescriptor slave) = Terminal.Open(_plan.Process.ConsoleSize);
        if (_plan.ConsoleSocket.IsOpen)
            new MessageChannel(_plan.ConsoleSocket).SendBytes("/dev/ptmx"u8, master);
        else
            Channel.Send(MessageType.Terminal, 0, "", master);
        Terminal.TakeOver(slave);
        master.Dispose();
        return slave;
    }

    /// <summary>While there is privilege; in a user namespace there never is enough, and the runtime does it.</summary>
    protected void RaiseLimits()
    {
        foreach (ResourceLimit limit in _plan.Process.Limits)
        {
            if (!limit.Raises(0))
                continue;
            if (_plan.HasUserNamespace)
            {
                Channel.Send(MessageType.LimitsWanted);
                Expect(MessageType.LimitsRaised);
                return;
            }

            limit.ApplyTo(0);
        }
    }

    /// <summary>How the kernel is to run the process. After the hooks that fork, which a deadline task may not.</summary>
    protected void TakeScheduling()
    {
        ProcessPlan process = _plan.Process;
        process.MemoryPolicy?.Apply();
        process.Personality?.Apply();
        if (process.Scheduler is null && process.IOPriority is null)
            return;

        // By the runtime: root of a user namespace has not the privilege, and the user of an unprivileged runtime only
        // as long as this process belongs to it.
        Channel.Send(MessageType.SchedulingWanted);
        Expect(MessageType.SchedulingSet);
    }

    /// <summary>Becomes the user of <c>process.user</c>, with its capabilities, in <c>process.cwd</c>.</summary>
    /// <returns>What to execute: it is looked for as that user.</returns>
    /// <exception cref="ContainerException">There is no such program, or another step failed.</exception>
    protected (CString Path, CStringArray Environment) TakeIdentity()
    {
        ProcessPlan process = _plan.Process;
        ProcessSetup.TakeIdentity(process);
        CString path = ExecutableLookup.Find(process.Executable, process.Environment.Path);
        return (path, CStringArray.From(process.Environment.Variables));
    }

    protected void ApplyLimits()
    {
        foreach (ResourceLimit limit in _plan.Process.Limits)
            limit.ApplyTo(0);
    }

    /// <summary>
    /// Ready to execute the program. Changing the user has cleared the death signal: an empty read tells of the runtime's
    /// end now. The dispositions take sixty calls, which the runtime's answer does not wait for; all signals are blocked.
    /// </summary>
    protected void SayReady()
    {
        Check.Ok(prctl(PR_SET_PDEATHSIG, 0), "prctl(PR_SET_PDEATHSIG)");
        Channel.Send(MessageType.Ready);
        SignalState.SetDefaults();
    }

    /// <summary>The last step.</summary>
    /// <param name="program">From <see cref="TakeIdentity"/>.</param>
    [DoesNotReturn]
    protected void Execute((CString Path, CStringArray Environment) program)
    {
        SignalState.SetMask(0);
        if (_plan.Process.Seccomp is { } filter)
            LoadSeccomp(filter);
        int error = ProcessSetup.Execute(_plan.Process, program.Path, program.Environment);
        // No exception: with a filter that lets no memory be had, the garbage collector would try to for ever.
        _ = Channel.TryWrite(MessageType.ExecFailed, error, program.Path.Bytes);
        exit_group(1);
    }

    protected void Expect(MessageType type)
    {
        Message message = Channel.Receive();
        if (message.Type == type)
            return;

        // The runtime has gone, or is undoing the creation: it has the reason.
        exit_group(1);
    }

    /// <summary>
    /// As late as can be, so that a profile need not allow what the runtime does: what comes after is write(2) and
    /// read(2) where there is a listener, execve(2), and write(2) should that fail.
    /// </summary>
    private void LoadSeccomp(SeccompProgram program)
    {
        FileDescriptor listener = SeccompLoader.Load(program);
        _filtered = true;
        if (!listener.IsOpen)
            return;

        // A call that the agent is to answer waits for it, and the agent waits for this descriptor, which execve closes.
        if (program.AllowsSendmsg)
            Channel.Send(MessageType.SeccompListener, 0, "", listener);
        else
            Channel.Write(MessageType.SeccompListener, listener);
        // Not exit_group: without an agent a filter may turn that into an error, and the program would run unwatched.
        if (Channel.Read() != MessageType.SeccompListenerTaken)
            throw new ContainerException("the seccomp listener was not taken");
    }

    private void Fail(Exception e)
    {
        try
        {
            string text = e is ContainerException or LinuxException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            int error = (e as ContainerException)?.Errno ?? (e as LinuxException)?.Errno ?? 0;
            if (_filtered)
                Channel.Write(MessageType.Failed, error, text);
            else
                Channel.Send(MessageType.Failed, error, text);
        }
        catch (LinuxException)
        {
            // Nobody listens any more.
        }
    }
}
