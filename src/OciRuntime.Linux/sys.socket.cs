using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/socket.h, sys/un.h, poll.h
public static unsafe partial class LibC
{
    public const int AF_UNIX = 1;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int AF_NETLINK = 16;
    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_SEQPACKET = 5;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int SOCK_NONBLOCK = 0x800;
    public const int SOL_SOCKET = 1;
    public const int SCM_RIGHTS = 1;
    public const int SCM_CREDENTIALS = 2;
    public const int SO_PASSCRED = 16;
    public const int MSG_CMSG_CLOEXEC = 0x40000000;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int SHUT_RD = 0;
    public const int SHUT_WR = 1;
    public const int SHUT_RDWR = 2;

    public const short POLLIN = 1;
    public const short POLLPRI = 2;
    public const short POLLOUT = 4;

    [StructLayout(LayoutKind.Sequential)]
    public struct sockaddr_un
    {
        public ushort sun_family;
        public fixed byte sun_path[108];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct iovec
    {
        public void* iov_base;
        public nint iov_len;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct msghdr
    {
        public void* msg_name;
        public uint msg_namelen;
        public iovec* msg_iov;
        public nint msg_iovlen;
        public void* msg_control;
        public nint msg_controllen;
        public int msg_flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct cmsghdr
    {
        public nint cmsg_len;
        public int cmsg_level;
        public int cmsg_type;
    }

    /// <summary>What SCM_CREDENTIALS carries.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ucred
    {
        public int pid;
        public uint uid;
        public uint gid;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    [DllImport(libc, SetLastError = true)]
    public static extern int socket(int domain, int type, int protocol);

    [DllImport(libc, SetLastError = true)]
    public static extern int socketpair(int domain, int type, int protocol, int* fds);

    [DllImport(libc, SetLastError = true)]
    public static extern int bind(int fd, void* address, uint length);

    [DllImport(libc, SetLastError = true)]
    public static extern int listen(int fd, int backlog);

    [DllImport(libc, SetLastError = true)]
    public static extern int accept4(int fd, void* address, uint* length, int flags);

    [DllImport(libc, SetLastError = true)]
    public static extern int connect(int fd, void* address, uint length);

    [DllImport(libc, SetLastError = true)]
    public static extern int shutdown(int fd, int how);

    [DllImport(libc, SetLastError = true)]
    public static extern int setsockopt(int fd, int level, int name, void* value, uint length);

    [DllImport(libc, SetLastError = true)]
    public static extern nint sendmsg(int fd, msghdr* message, int flags);

    [DllImport(libc, SetLastError = true)]
    public static extern nint recvmsg(int fd, msghdr* message, int flags);

    [DllImport(libc, SetLastError = true)]
    public static extern int poll(pollfd* fds, nuint count, int timeoutMilliseconds);
}
