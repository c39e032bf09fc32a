using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/ioctl.h, termios.h, linux/nsfs.h (x86_64, arm64)
public static unsafe partial class LibC
{
    public const nuint TCGETS = 0x5401;
    public const nuint TCSETS = 0x5402;
    public const nuint TIOCSCTTY = 0x540E;
    public const nuint TIOCGWINSZ = 0x5413;
    public const nuint TIOCSWINSZ = 0x5414;
    public const nuint TIOCSPTLCK = 0x40045431;
    public const nuint TIOCGPTPEER = 0x5441;
    public const nuint NS_GET_NSTYPE = 0xb703;
    public const nuint FS_IOC_GETFLAGS = 0x80086601;

    public struct winsize
    {
        public ushort ws_row;
        public ushort ws_col;
        public ushort ws_xpixel;
        public ushort ws_ypixel;
    }

    /// <summary>The kernel's <c>struct termios</c>, smaller than glibc's.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct termios
    {
        public uint c_iflag;
        public uint c_oflag;
        public uint c_cflag;
        public uint c_lflag;
        public byte c_line;
        public fixed byte c_cc[19];
    }

    [DllImport(libc, SetLastError = true)]
    public static extern int ioctl(int fd, nuint request, nint argument);
}
