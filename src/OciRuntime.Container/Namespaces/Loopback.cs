using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>The loopback interface of a new network namespace: there, but down, netdevice(7).</summary>
public static unsafe class Loopback
{
    public static void BringUp()
    {
        using FileDescriptor socket = Check.Fd(LibC.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
        ifreq request = default;
        "lo"u8.CopyTo(new System.Span<byte>(request.ifr_name, IFNAMSIZ));
        request.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
        Check.Ok(ioctl(socket, SIOCSIFFLAGS, (nint)(&request)), "ioctl(SIOCSIFFLAGS)", "lo");
    }
}
