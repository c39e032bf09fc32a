namespace OciRuntime.Linux;

// sys/pidfd.h
public static unsafe partial class LibC
{
    public static int pidfd_open(int pid, uint flags) => (int)syscall(SyscallNumber.pidfd_open, pid, (nint)flags);

    public static int pidfd_send_signal(int pidfd, int signal) =>
        (int)syscall(SyscallNumber.pidfd_send_signal, pidfd, signal);

    /// <summary>A duplicate, close-on-exec, of another process's descriptor. Needs the right to ptrace it.</summary>
    public static int pidfd_getfd(int pidfd, int targetfd, uint flags) =>
        (int)syscall(SyscallNumber.pidfd_getfd, pidfd, targetfd, (nint)flags);
}
