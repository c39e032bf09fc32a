using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// net/if.h
public static unsafe partial class LibC
{
    public const int IFNAMSIZ = 16;
    public const short IFF_UP = 0x1;
    public const short IFF_LOOPBACK = 0x8;
    public const short IFF_RUNNING = 0x40;
    public const nuint SIOCGIFFLAGS = 0x8913;
    public const nuint SIOCSIFFLAGS = 0x8914;
    public const nuint SIOCGIFINDEX = 0x8933;

    [StructLayout(LayoutKind.Explicit, Size = 40)]
    public struct ifreq
    {
        [FieldOffset(0)]
        public fixed byte ifr_name[IFNAMSIZ];

        [FieldOffset(IFNAMSIZ)]
        public short ifr_flags;

        [FieldOffset(IFNAMSIZ)]
        public int ifr_ifindex;
    }
}
