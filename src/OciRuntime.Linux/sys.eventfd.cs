using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/eventfd.h
public static unsafe partial class LibC
{
    public const int EFD_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;

    [DllImport(libc, SetLastError = true)]
    public static extern int eventfd(uint initial, int flags);
}
