using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/mount.h, linux/mount.h
public static unsafe partial class LibC
{
    public const ulong MS_RDONLY = 1;
    public const ulong MS_NOSUID = 2;
    public const ulong MS_NODEV = 4;
    public const ulong MS_NOEXEC = 8;
    public const ulong MS_SYNCHRONOUS = 16;
    public const ulong MS_REMOUNT = 32;
    public const ulong MS_MANDLOCK = 64;
    public const ulong MS_DIRSYNC = 128;
    public const ulong MS_NOSYMFOLLOW = 256;
    public const ulong MS_NOATIME = 1024;
    public const ulong MS_NODIRATIME = 2048;
    public const ulong MS_BIND = 4096;
    public const ulong MS_REC = 16384;
    public const ulong MS_SILENT = 32768;
    public const ulong MS_UNBINDABLE = 1 << 17;
    public const ulong MS_PRIVATE = 1 << 18;
    public const ulong MS_SLAVE = 1 << 19;
    public const ulong MS_SHARED = 1 << 20;
    public const ulong MS_I_VERSION = 1 << 23;
    public const ulong MS_STRICTATIME = 1 << 24;
    public const ulong MS_LAZYTIME = 1 << 25;

    public const int MNT_DETACH = 2;

    public const uint OPEN_TREE_CLONE = 1;
    public const uint OPEN_TREE_CLOEXEC = 0x80000;
    public const uint MOVE_MOUNT_F_EMPTY_PATH = 0x04;
    public const uint MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    public const uint FSOPEN_CLOEXEC = 1;
    public const uint FSMOUNT_CLOEXEC = 1;
    public const uint FSPICK_CLOEXEC = 1;
    public const uint FSPICK_EMPTY_PATH = 8;

    public const uint FSCONFIG_SET_FLAG = 0;
    public const uint FSCONFIG_SET_STRING = 1;
    public const uint FSCONFIG_CMD_CREATE = 6;
    public const uint FSCONFIG_CMD_RECONFIGURE = 7;

    public const ulong MOUNT_ATTR_RDONLY = 0x1;
    public const ulong MOUNT_ATTR_NOSUID = 0x2;
    public const ulong MOUNT_ATTR_NODEV = 0x4;
    public const ulong MOUNT_ATTR_NOEXEC = 0x8;
    public const ulong MOUNT_ATTR__ATIME = 0x70;
    public const ulong MOUNT_ATTR_RELATIME = 0x0;
    public const ulong MOUNT_ATTR_NOATIME = 0x10;
    public const ulong MOUNT_ATTR_STRICTATIME = 0x20;
    public const ulong MOUNT_ATTR_NODIRATIME = 0x80;
    public const ulong MOUNT_ATTR_IDMAP = 0x100000;
    public const ulong MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

    [StructLayout(LayoutKind.Sequential)]
    public struct mount_attr
    {
        public ulong attr_set;
        public ulong attr_clr;
        public ulong propagation;
        public ulong userns_fd;
    }

    [DllImport(libc, EntryPoint = nameof(mount), SetLastError = true)]
    private static extern int mount(byte* source, byte* target, byte* type, ulong flags, byte* data);

    public static int mount(CString source, CString target, CString type, ulong flags, CString data)
    {
        fixed (byte* s = source, t = target, f = type, d = data)
            return mount(s, t, f, flags, d);
    }

    [DllImport(libc, EntryPoint = nameof(umount2), SetLastError = true)]
    private static extern int umount2(byte* target, int flags);

    public static int umount2(CString target, int flags)
    {
        fixed (byte* t = target)
            return umount2(t, flags);
    }

    public static int open_tree(int dirfd, CString path, uint flags)
    {
        fixed (byte* p = path)
            return (int)syscall(SyscallNumber.open_tree, dirfd, (nint)p, (nint)flags);
    }

    public static int move_mount(int fromDirfd, CString fromPath, int toDirfd, CString toPath, uint flags)
    {
        fixed (byte* f = fromPath, t = toPath)
            return (int)syscall(SyscallNumber.move_mount, fromDirfd, (nint)f, toDirfd, (nint)t, (nint)flags);
    }

    public static int fsopen(CString fsname, uint flags)
    {
        fixed (byte* n = fsname)
            return (int)syscall(SyscallNumber.fsopen, (nint)n, (nint)flags);
    }

    public static int fsconfig(int fd, uint command, CString key, CString value, int aux)
    {
        fixed (byte* k = key, v = value)
            return (int)syscall(SyscallNumber.fsconfig, fd, (nint)command, (nint)k, (nint)v, aux);
    }

    public static int fsmount(int fd, uint flags, ulong attributes) =>
        (int)syscall(SyscallNumber.fsmount, fd, (nint)flags, (nint)attributes);

    /// <summary>Opens an existing mount's superblock for <see cref="FSCONFIG_CMD_RECONFIGURE"/>.</summary>
    public static int fspick(int dirfd, CString path, uint flags)
    {
        fixed (byte* p = path)
            return (int)syscall(SyscallNumber.fspick, dirfd, (nint)p, (nint)flags);
    }

    public static int mount_setattr(int dirfd, CString path, uint flags, mount_attr* attr)
    {
        fixed (byte* p = path)
            return (int)syscall(SyscallNumber.mount_setattr, dirfd, (nint)p, (nint)flags, (nint)attr, sizeof(mount_attr));
    }
}
