using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// signal.h, sys/signalfd.h: by system call, so that the signals that glibc keeps for itself can be reset too.
public static unsafe partial class LibC
{
    public const int SIGKILL = 9;
    public const int SIGPIPE = 13;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGCONT = 18;
    public const int SIGSTOP = 19;
    public const int SIGTSTP = 20;
    public const int SIGTTIN = 21;
    public const int SIGTTOU = 22;
    public const int SIGURG = 23;
    public const int SIGXFSZ = 25;
    public const int SIGWINCH = 28;
    public const int SIGRTMIN = 34;
    public const int SIGRTMAX = 64;

    public const int SIG_BLOCK = 0;
    public const int SIG_SETMASK = 2;
    public const nint SIG_IGN = 1;

    public const int SFD_CLOEXEC = 0x80000;
    public const int SFD_NONBLOCK = 0x800;

    /// <summary>The kernel's <c>struct sigaction</c> (x86_64, arm64).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct kernel_sigaction
    {
        public nint handler;
        public ulong flags;
        public nint restorer;
        public ulong mask;
    }

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct signalfd_siginfo
    {
        public uint ssi_signo;
        public int ssi_errno;
        public int ssi_code;
        public uint ssi_pid;
        public uint ssi_uid;
        public int ssi_fd;
        public uint ssi_tid;
        public uint ssi_band;
        public uint ssi_overrun;
        public uint ssi_trapno;
        public int ssi_status;
    }

    public static int sigaction(int signal, kernel_sigaction* action, kernel_sigaction* old) =>
        (int)syscall(SyscallNumber.rt_sigaction, signal, (nint)action, (nint)old, sizeof(ulong));

    /// <summary>Bit <c>n - 1</c> of a mask stands for signal n.</summary>
    public static int sigprocmask(int how, ulong* set, ulong* old) =>
        (int)syscall(SyscallNumber.rt_sigprocmask, how, (nint)set, (nint)old, sizeof(ulong));

    /// <inheritdoc cref="sigprocmask"/>
    public static int signalfd(int fd, ulong* mask, int flags) =>
        (int)syscall(SyscallNumber.signalfd4, fd, (nint)mask, sizeof(ulong), flags);

    /// <summary>Takes a pending signal of the mask; <paramref name="info"/> may be null.</summary>
    public static int sigtimedwait(ulong* mask, void* info, timespec* timeout) =>
        (int)syscall(SyscallNumber.rt_sigtimedwait, (nint)mask, (nint)info, (nint)timeout, sizeof(ulong));

    [DllImport(libc, SetLastError = true)]
    public static extern int kill(int pid, int signal);
}
