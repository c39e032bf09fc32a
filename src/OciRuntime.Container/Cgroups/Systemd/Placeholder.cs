using System;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.Systemd;

/// <summary>
/// A child that does nothing. systemd makes a scope only around a process, and the container's own is born into the
/// finished cgroup, limits and all: until then this one keeps the place.
/// </summary>
internal sealed unsafe class Placeholder : IDisposable
{
    private FileDescriptor _pidfd;
    private FileDescriptor _life;

    /// <exception cref="LinuxException">The process cannot be made.</exception>
    public Placeholder()
    {
        int* ends = stackalloc int[2];
        Check.Ok(pipe2(ends, O_CLOEXEC), "pipe2");
        int fd = -1;
        clone_args clone = new() { flags = CLONE_PIDFD, pidfd = (ulong)&fd, exit_signal = SIGCHLD };
        ulong mask = SignalState.BlockAll();
        int pid = clone3(&clone);
        if (pid == 0)
            Wait(ends[0]);
        int error = errno;
        SignalState.SetMask(mask);
        _ = close(ends[0]);
        _life = new FileDescriptor(ends[1]);
        if (pid < 0)
        {
            _life.Dispose();
            throw new LinuxException("clone3", error);
        }
        _pidfd = new FileDescriptor(fd);
        Pid = pid;
    }

    public int Pid { get; }

    /// <summary>Ends the process; returns when it has left its cgroup.</summary>
    public void Dispose()
    {
        if (!_pidfd.IsOpen)
            return;
        _ = pidfd_send_signal(_pidfd, SIGKILL);
        ExitStatus.Wait(_pidfd);
        _pidfd.Dispose();
        _life.Dispose();
        (_pidfd, _life) = (FileDescriptor.None, FileDescriptor.None);
    }

    /// <summary>In the child, which keeps nothing of its parent's open. The pipe is empty until the parent ends, however it does.</summary>
    private static void Wait(int pipe)
    {
        byte nothing;
        _ = dup3(pipe, 0, 0);
        _ = close_range(1, uint.MaxValue, 0);
        while (read(0, &nothing, 1) < 0 && errno == Errno.EINTR)
        {
        }
        exit_group(0);
    }
}
