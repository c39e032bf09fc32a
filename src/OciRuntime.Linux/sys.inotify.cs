using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/inotify.h
public static unsafe partial class LibC
{
    public const int IN_CLOEXEC = 0x80000;
    public const int IN_NONBLOCK = 0x800;
    public const uint IN_MODIFY = 2;

    [DllImport(libc, SetLastError = true)]
    public static extern int inotify_init1(int flags);

    [DllImport(libc, EntryPoint = nameof(inotify_add_watch), SetLastError = true)]
    private static extern int inotify_add_watch(int fd, byte* path, uint mask);

    public static int inotify_add_watch(int fd, CString path, uint mask)
    {
        fixed (byte* p = path)
            return inotify_add_watch(fd, p, mask);
    }
}
