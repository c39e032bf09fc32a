using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// net/if.h
public static unsafe partial class LibC
{
    public const int IFNAMSIZ = 16;
    public const short IFF_UP = 0x1;
    public const short IFF_LOOPBACK = 0x8;
    public const short IFF_RUNNING = 0x40;
    public const nuint SIOCSIFFLAGS = 0x8914;

    [StructLayout(LayoutKind.Sequential, Size = 40)]
    public struct ifreq
    {
        public fixed byte ifr_name[IFNAMSIZ];
        public short ifr_flags;
    }
}
