using System.Runtime.InteropServices;

namespace OciRuntime.Tests.Support;

/// <summary>The few C functions that neither .NET nor Mono.Posix offers.</summary>
internal static class NativeMethods
{
    internal const int O_RDWR = 2;
    internal const int O_NOCTTY = 0x100;
    internal const int O_CLOEXEC = 0x80000;
    internal const ulong TIOCSWINSZ = 0x5414;
    internal const ulong TIOCGWINSZ = 0x5413;

    [StructLayout(LayoutKind.Sequential)]
    internal struct WindowSize
    {
        internal ushort ws_row;
        internal ushort ws_col;
        internal ushort ws_xpixel;
        internal ushort ws_ypixel;
    }

    [DllImport("libc", SetLastError = true)]
    internal static extern int posix_openpt(int flags);

    [DllImport("libc", SetLastError = true)]
    internal static extern int grantpt(int fd);

    [DllImport("libc", SetLastError = true)]
    internal static extern int unlockpt(int fd);

    [DllImport("libc", SetLastError = true)]
    internal static extern int ptsname_r(int fd, byte[] buffer, nuint size);

    // Mono.Posix's kill does not take real-time signals.
    [DllImport("libc", SetLastError = true)]
    internal static extern int kill(int pid, int signal);

    [DllImport("libc", SetLastError = true)]
    internal static extern int ioctl(int fd, ulong request, ref WindowSize size);

    [DllImport("libc", SetLastError = true)]
    internal static extern unsafe int ioctl(int fd, ulong request, void* argument);
}
