using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// fcntl.h, linux/openat2.h
public static unsafe partial class LibC
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NOCTTY = 0x100;
    public const int O_TRUNC = 0x200;
    public const int O_APPEND = 0x400;
    public const int O_NONBLOCK = 0x800;
    public static int O_DIRECTORY => IsArm ? 0x4000 : 0x10000;
    public static int O_NOFOLLOW => IsArm ? 0x8000 : 0x20000;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_REMOVEDIR = 0x200;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_RECURSIVE = 0x8000;

    public const int F_GETFD = 1;
    public const int F_SETFD = 2;
    public const int F_GETFL = 3;
    public const int F_SETFL = 4;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int F_ADD_SEALS = 1033;
    public const int F_GET_SEALS = 1034;
    public const int FD_CLOEXEC = 1;
    public const int F_SEAL_SEAL = 1;
    public const int F_SEAL_SHRINK = 2;
    public const int F_SEAL_GROW = 4;
    public const int F_SEAL_WRITE = 8;

    public const ulong RESOLVE_NO_XDEV = 0x01;
    public const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    public const ulong RESOLVE_NO_SYMLINKS = 0x04;
    public const ulong RESOLVE_BENEATH = 0x08;
    public const ulong RESOLVE_IN_ROOT = 0x10;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64;

    public struct open_how
    {
        public ulong flags;
        public ulong mode;
        public ulong resolve;
    }

    [DllImport(libc, EntryPoint = nameof(openat), SetLastError = true)]
    private static extern int openat(int dirfd, byte* path, int flags, uint mode);

    public static int openat(int dirfd, CString path, int flags, uint mode = 0)
    {
        fixed (byte* p = path)
            return openat(dirfd, p, flags, mode);
    }

    public static int open(CString path, int flags, uint mode = 0) => openat(AT_FDCWD, path, flags, mode);

    public static int openat2(int dirfd, CString path, open_how* how)
    {
        fixed (byte* p = path)
            return (int)syscall(SyscallNumber.openat2, dirfd, (nint)p, (nint)how, sizeof(open_how));
    }

    [DllImport(libc, SetLastError = true)]
    public static extern int fcntl(int fd, int command, nint argument);

    [DllImport(libc, SetLastError = true)]
    public static extern int flock(int fd, int operation);

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int LOCK_UN = 8;

    [DllImport(libc, EntryPoint = nameof(renameat), SetLastError = true)]
    private static extern int renameat(int olddirfd, byte* oldpath, int newdirfd, byte* newpath);

    public static int renameat(int olddirfd, CString oldpath, int newdirfd, CString newpath)
    {
        fixed (byte* o = oldpath, n = newpath)
            return renameat(olddirfd, o, newdirfd, n);
    }

    /// <summary><paramref name="flags"/>: <see cref="CLOSE_RANGE_CLOEXEC"/> marks instead of closing.</summary>
    public static int close_range(uint first, uint last, uint flags) =>
        (int)syscall(SyscallNumber.close_range, (nint)first, (nint)last, (nint)flags);

    public const uint CLOSE_RANGE_CLOEXEC = 4;
}
