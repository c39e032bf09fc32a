using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/stat.h, linux/stat.h, sys/sysmacros.h
public static unsafe partial class LibC
{
    public const uint S_IFMT = 0xF000;
    public const uint S_IFLNK = 0xA000;
    public const uint S_IFREG = 0x8000;
    public const uint S_IFBLK = 0x6000;
    public const uint S_IFDIR = 0x4000;
    public const uint S_IFCHR = 0x2000;
    public const uint S_IFIFO = 0x1000;

    public const uint STATX_TYPE = 0x1;
    public const uint STATX_MODE = 0x2;
    public const uint STATX_BASIC_STATS = 0x7ff;
    public const uint STATX_MNT_ID = 0x1000;

    public const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;
    public const ulong STATX_ATTR_VERITY = 0x100000;

    [StructLayout(LayoutKind.Sequential)]
    public struct statx_timestamp
    {
        public long tv_sec;
        public uint tv_nsec;
        public int reserved;
    }

    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct statx_t
    {
        public uint stx_mask;
        public uint stx_blksize;
        public ulong stx_attributes;
        public uint stx_nlink;
        public uint stx_uid;
        public uint stx_gid;
        public ushort stx_mode;
        public ulong stx_ino;
        public ulong stx_size;
        public ulong stx_blocks;
        public ulong stx_attributes_mask;
        public statx_timestamp stx_atime;
        public statx_timestamp stx_btime;
        public statx_timestamp stx_ctime;
        public statx_timestamp stx_mtime;
        public uint stx_rdev_major;
        public uint stx_rdev_minor;
        public uint stx_dev_major;
        public uint stx_dev_minor;
        public ulong stx_mnt_id;

        /// <summary>The file's type bits: <see cref="S_IFDIR"/> and so on.</summary>
        public readonly uint Type => stx_mode & S_IFMT;

        public readonly bool IsDirectory => Type == S_IFDIR;
    }

    /// <summary>The layout of <c>struct statx</c> is the same on every architecture, unlike <c>struct stat</c>.</summary>
    [DllImport(libc, EntryPoint = nameof(statx), SetLastError = true)]
    private static extern int statx(int dirfd, byte* path, int flags, uint mask, statx_t* result);

    public static int statx(int dirfd, CString path, int flags, uint mask, out statx_t result)
    {
        fixed (byte* p = path)
        fixed (statx_t* r = &result)
            return statx(dirfd, p, flags, mask, r);
    }

    /// <summary>Of an open descriptor, also one opened with <see cref="O_PATH"/>.</summary>
    public static int fstatx(int fd, out statx_t result, uint mask = STATX_BASIC_STATS)
    {
        byte empty = 0;
        fixed (statx_t* r = &result)
            return statx(fd, &empty, AT_EMPTY_PATH, mask, r);
    }

    [DllImport(libc, EntryPoint = nameof(mkdirat), SetLastError = true)]
    private static extern int mkdirat(int dirfd, byte* path, uint mode);

    public static int mkdirat(int dirfd, CString path, uint mode)
    {
        fixed (byte* p = path)
            return mkdirat(dirfd, p, mode);
    }

    [DllImport(libc, EntryPoint = nameof(mknodat), SetLastError = true)]
    private static extern int mknodat(int dirfd, byte* path, uint mode, ulong dev);

    public static int mknodat(int dirfd, CString path, uint mode, ulong dev)
    {
        fixed (byte* p = path)
            return mknodat(dirfd, p, mode, dev);
    }

    [DllImport(libc, EntryPoint = nameof(fchmodat), SetLastError = true)]
    private static extern int fchmodat(int dirfd, byte* path, uint mode, int flags);

    public static int fchmodat(int dirfd, CString path, uint mode)
    {
        fixed (byte* p = path)
            return fchmodat(dirfd, p, mode, 0);
    }

    [DllImport(libc, SetLastError = true)]
    public static extern int fchmod(int fd, uint mode);

    [DllImport(libc, SetLastError = true)]
    public static extern uint umask(uint mask);

    public static ulong makedev(uint major, uint minor) =>
        ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) |
        ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);
}
