using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// unistd.h
public static unsafe partial class LibC
{
    public const int STDIN_FILENO = 0;
    public const int STDOUT_FILENO = 1;
    public const int STDERR_FILENO = 2;

    public const int F_OK = 0;
    public const int X_OK = 1;
    public const int W_OK = 2;

    [DllImport(libc, SetLastError = true)]
    public static extern nint read(int fd, void* buffer, nint count);

    [DllImport(libc, SetLastError = true)]
    public static extern nint write(int fd, void* buffer, nint count);

    [DllImport(libc, SetLastError = true)]
    public static extern int close(int fd);

    public const int SEEK_SET = 0;
    public const int SEEK_END = 2;

    [DllImport(libc, SetLastError = true)]
    public static extern nint lseek(int fd, nint offset, int whence);

    [DllImport(libc, SetLastError = true)]
    public static extern int dup3(int oldfd, int newfd, int flags);

    [DllImport(libc, SetLastError = true)]
    public static extern int pipe2(int* fds, int flags);

    [DllImport(libc, SetLastError = true)]
    public static extern int fchdir(int fd);

    [DllImport(libc, SetLastError = true)]
    public static extern int setsid();

    [DllImport(libc, SetLastError = true)]
    public static extern int isatty(int fd);

    [DllImport(libc, SetLastError = true)]
    public static extern uint geteuid();

    [DllImport(libc, SetLastError = true)]
    public static extern uint getegid();

    [DllImport(libc, SetLastError = true)]
    public static extern int fchown(int fd, uint uid, uint gid);

    [DllImport(libc, EntryPoint = nameof(chdir), SetLastError = true)]
    private static extern int chdir(byte* path);

    public static int chdir(CString path)
    {
        fixed (byte* p = path)
            return chdir(p);
    }

    [DllImport(libc, EntryPoint = nameof(chroot), SetLastError = true)]
    private static extern int chroot(byte* path);

    public static int chroot(CString path)
    {
        fixed (byte* p = path)
            return chroot(p);
    }

    [DllImport(libc, EntryPoint = nameof(faccessat), SetLastError = true)]
    private static extern int faccessat(int dirfd, byte* path, int mode, int flags);

    public static int faccessat(int dirfd, CString path, int mode, int flags)
    {
        fixed (byte* p = path)
            return faccessat(dirfd, p, mode, flags);
    }

    [DllImport(libc, EntryPoint = nameof(fchownat), SetLastError = true)]
    private static extern int fchownat(int dirfd, byte* path, uint uid, uint gid, int flags);

    public static int fchownat(int dirfd, CString path, uint uid, uint gid, int flags)
    {
        fixed (byte* p = path)
            return fchownat(dirfd, p, uid, gid, flags);
    }

    [DllImport(libc, EntryPoint = nameof(unlinkat), SetLastError = true)]
    private static extern int unlinkat(int dirfd, byte* path, int flags);

    public static int unlinkat(int dirfd, CString path, int flags)
    {
        fixed (byte* p = path)
            return unlinkat(dirfd, p, flags);
    }

    [DllImport(libc, EntryPoint = nameof(symlinkat), SetLastError = true)]
    private static extern int symlinkat(byte* target, int dirfd, byte* path);

    public static int symlinkat(CString target, int dirfd, CString path)
    {
        fixed (byte* t = target, p = path)
            return symlinkat(t, dirfd, p);
    }

    [DllImport(libc, EntryPoint = nameof(readlinkat), SetLastError = true)]
    private static extern nint readlinkat(int dirfd, byte* path, byte* buffer, nint size);

    /// <summary>Writes the link's target to <paramref name="buffer"/>, without a final NUL; returns its length, cut at <paramref name="size"/>.</summary>
    public static nint readlinkat(int dirfd, CString path, byte* buffer, nint size)
    {
        fixed (byte* p = path)
            return readlinkat(dirfd, p, buffer, size);
    }

    [DllImport(libc, SetLastError = true)]
    private static extern int sethostname(byte* name, nint length);

    public static int sethostname(CString name)
    {
        fixed (byte* p = name)
            return sethostname(p, name.Bytes.Length);
    }

    [DllImport(libc, SetLastError = true)]
    private static extern int setdomainname(byte* name, nint length);

    public static int setdomainname(CString name)
    {
        fixed (byte* p = name)
            return setdomainname(p, name.Bytes.Length);
    }

    /// <summary>
    /// The system call: the length with the final NUL, or -1. A directory that the process's root does not contain
    /// is told as <c>(unreachable)/…</c>, which glibc's function hides.
    /// </summary>
    public static nint getcwd(byte* buffer, nint size) => syscall(SyscallNumber.getcwd, (nint)buffer, size);

    public static int pivot_root(CString newRoot, CString putOld)
    {
        fixed (byte* n = newRoot, o = putOld)
            return (int)syscall(SyscallNumber.pivot_root, (nint)n, (nint)o);
    }

    /// <summary>Asks the kernel: the runtime and glibc may remember the parent's number after a raw clone.</summary>
    public static int getpid() => (int)syscall(SyscallNumber.getpid);

    /// <inheritdoc cref="getpid"/>
    public static int getppid() => (int)syscall(SyscallNumber.getppid);

    /// <inheritdoc cref="getpid"/>
    public static int gettid() => (int)syscall(SyscallNumber.gettid);

    /// <summary>
    /// Of the calling thread, by system call: glibc's function is for a process of several threads, and after a raw clone
    /// it knows the parent's.
    /// </summary>
    public static int setresuid(uint real, uint effective, uint saved) =>
        (int)syscall(SyscallNumber.setresuid, (nint)real, (nint)effective, (nint)saved);

    /// <inheritdoc cref="setresuid"/>
    public static int setresgid(uint real, uint effective, uint saved) =>
        (int)syscall(SyscallNumber.setresgid, (nint)real, (nint)effective, (nint)saved);

    /// <inheritdoc cref="setresuid"/>
    public static int setgroups(nint size, uint* list) => (int)syscall(SyscallNumber.setgroups, size, (nint)list);

    [DllImport(libc, EntryPoint = nameof(execve), SetLastError = true)]
    private static extern int execve(byte* path, byte** argv, byte** envp);

    public static int execve(CString path, byte** argv, byte** envp)
    {
        fixed (byte* p = path)
            return execve(p, argv, envp);
    }

    /// <summary><paramref name="flags"/>: <see cref="AT_EACCESS"/> asks for the effective ids, as execve(2) uses them.</summary>
    public static int faccessat2(int dirfd, CString path, int mode, int flags)
    {
        fixed (byte* p = path)
            return (int)syscall(SyscallNumber.faccessat2, dirfd, (nint)p, mode, flags);
    }

    public const int AT_EACCESS = 0x200;

    public static int execveat(int dirfd, CString path, byte** argv, byte** envp, int flags)
    {
        fixed (byte* p = path)
            return (int)syscall(SyscallNumber.execveat, dirfd, (nint)p, (nint)argv, (nint)envp, flags);
    }

    /// <summary>
    /// Ends the process at once: no exit handler of the parent's runtime runs in a clone. Where a seccomp filter has made
    /// an error of the call, a fault ends it (SIGSEGV), which no filter is asked about; signals have their defaults then.
    /// </summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void exit_group(int status)
    {
        while (true)
        {
            syscall(SyscallNumber.exit_group, status);
            *(int*)null = status;
        }
    }
}
