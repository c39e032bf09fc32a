using System;
using OciRuntime.Container.Init;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// A runtime that stays with its container (<c>run</c>, <c>exec</c>): passes signals on, carries the terminal's
/// bytes, follows the window's size, and reaps. One loop over poll(2); no thread.
/// </summary>
internal sealed unsafe class ForegroundSession : IDisposable
{
    private readonly int _pid;
    private readonly FileDescriptor _pidfd;
    private readonly FileDescriptor _signals;
    private readonly TerminalRelay? _terminal;

    private ForegroundSession(int pid, FileDescriptor pidfd, FileDescriptor signals, TerminalRelay? terminal)
    {
        _pid = pid;
        _pidfd = pidfd;
        _signals = signals;
        _terminal = terminal;
    }

    /// <summary>From here on signals are the container's. The caller has blocked them, before there was anything that a signal could leave behind.</summary>
    public static ForegroundSession Begin(StartedProcess init) => Begin(init.Pid, init.Pidfd, init.Terminal);

    /// <inheritdoc cref="Begin(StartedProcess)"/>
    /// <param name="pid">The container's process, a child of this one.</param>
    /// <param name="pidfd">The same.</param>
    /// <param name="terminal">Its terminal's master; none: it has none, or somebody else carries it.</param>
    public static ForegroundSession Begin(int pid, FileDescriptor pidfd, FileDescriptor terminal)
    {
        ulong all = ulong.MaxValue;
        FileDescriptor signals = Check.Fd(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd4");
        return new(pid, pidfd, signals, terminal.IsOpen ? TerminalRelay.Begin(terminal) : null);
    }

    /// <summary>Serves the container until its process ends.</summary>
    /// <param name="notify">What it says to a service manager, who watches this process.</param>
    /// <returns>Its exit status, 128 + n for signal n.</returns>
    public int Wait(NotifySocket? notify = null)
    {
        pollfd* fds = stackalloc pollfd[3 + TerminalRelay.DescriptorCount];
        while (true)
        {
            fds[0] = new() { fd = _pidfd, events = POLLIN };
            fds[1] = new() { fd = _signals, events = POLLIN };
            // poll(2) passes over a negative descriptor.
            fds[2] = new() { fd = notify?.Socket.Number ?? -1, events = POLLIN };
            int count = 3 + (_terminal?.Fill(fds + 3) ?? 0);
            if (poll(fds, (nuint)count, -1) < 0 && errno != Errno.EINTR)
                throw new LinuxException("poll", errno);
            _terminal?.Serve(fds + 3);
            if (fds[1].revents != 0)
                HandleSignals();
            if (fds[2].revents != 0)
                _ = notify!.Relay(getpid(), barrier: false);
            if (fds[0].revents != 0)
                break;
        }

        int status = ExitStatus.Wait(_pidfd);
        _terminal?.Drain();
        return status;
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Dispose()
    {
        _terminal?.Dispose();
        _signals.Dispose();
    }

    private void HandleSignals()
    {
        signalfd_siginfo info;
        while (read(_signals, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
        {
            switch ((int)info.ssi_signo)
            {
                case SIGCHLD:
                    ReapOrphans();
                    break;
                case SIGWINCH when _terminal is not null:
                    _terminal.FollowWindowSize();
                    break;
                case SIGURG:
                    // The Go runtimes of engines send it to themselves and their children all the time.
                    break;
                default:
                    _ = pidfd_send_signal(_pidfd, (int)info.ssi_signo);
                    break;
            }
        }
    }

    /// <summary>As a subreaper: everything but the init, which stays for <see cref="Wait"/>.</summary>
    private void ReapOrphans()
    {
        while (true)
        {
            waitid_info info = default;
            if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 || info.si_pid == 0 || info.si_pid == _pid)
                return;
            _ = waitid(P_PID, (uint)info.si_pid, &info, WEXITED | WNOHANG | __WALL);
        }
    }
}
