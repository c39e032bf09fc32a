using System;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>
/// A child that does nothing, for what the kernel or systemd gives only to a process: a user namespace with its maps, a
/// scope. It ends with its parent, however that ends.
/// </summary>
internal sealed unsafe class IdleChild : IDisposable
{
    private FileDescriptor _pidfd;
    private FileDescriptor _life;

    /// <param name="flags">The CLONE_NEW* flags of the namespaces that it is born into.</param>
    /// <exception cref="LinuxException">The process cannot be made.</exception>
    public IdleChild(ulong flags = 0)
    {
        int* ends = stackalloc int[2];
        Check.Ok(pipe2(ends, O_CLOEXEC), "pipe2");
        using FileDescriptor reader = new(ends[0]);
        _life = new FileDescriptor(ends[1]);
        try
        {
            Pid = ChildProcess.Clone(flags, FileDescriptor.None, out _pidfd);
        }
        catch (LinuxException)
        {
            _life.Dispose();
            throw;
        }

        if (Pid == 0)
            Wait(reader);
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

    /// <summary>In the child, which keeps nothing of its parent's open. The pipe is empty until the parent ends.</summary>
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
