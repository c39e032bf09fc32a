using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/statfs.h, linux/magic.h
public static unsafe partial class LibC
{
    public const long CGROUP2_SUPER_MAGIC = 0x63677270;
    public const long CGROUP_SUPER_MAGIC = 0x27e0eb;
    public const long DEVPTS_SUPER_MAGIC = 0x1cd1;
    public const long NSFS_MAGIC = 0x6e736673;
    public const long PROC_SUPER_MAGIC = 0x9fa0;

    public const long ST_RDONLY = 1;

    /// <summary>As on every 64-bit architecture but s390x.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 120)]
    public struct statfs_t
    {
        public long f_type;
        public long f_bsize;
        public ulong f_blocks;
        public ulong f_bfree;
        public ulong f_bavail;
        public ulong f_files;
        public ulong f_ffree;
        public long f_fsid;
        public long f_namelen;
        public long f_frsize;
        public long f_flags;
    }

    [DllImport(libc, EntryPoint = nameof(fstatfs), SetLastError = true)]
    private static extern int fstatfs(int fd, statfs_t* result);

    public static int fstatfs(int fd, out statfs_t result)
    {
        fixed (statfs_t* r = &result)
            return fstatfs(fd, r);
    }

    [DllImport(libc, EntryPoint = nameof(statfs), SetLastError = true)]
    private static extern int statfs(byte* path, statfs_t* result);

    public static int statfs(CString path, out statfs_t result)
    {
        fixed (byte* p = path)
        fixed (statfs_t* r = &result)
            return statfs(p, r);
    }
}
