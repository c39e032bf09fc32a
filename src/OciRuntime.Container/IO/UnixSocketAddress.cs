using System;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IO;

/// <summary>
/// The address of a socket in an open directory, unix(7). Going through the descriptor keeps it below the 107 bytes
/// that fit, however deep the directory is: engines' state directories and long ids do not fit.
/// </summary>
public readonly unsafe struct UnixSocketAddress
{
    private readonly sockaddr_un _address;

    /// <exception cref="ContainerException">The name itself is too long.</exception>
    public UnixSocketAddress(FileDescriptor directory, string name)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{directory.Number}/{name}");
        _address.sun_family = AF_UNIX;
        fixed (byte* p = _address.sun_path)
        {
            if (!Encoding.UTF8.TryGetBytes(path, new Span<byte>(p, 107), out int length))
                throw new ContainerException($"the socket's name {name} is too long", "have it in a directory under a name of 80 bytes at most");
            Length = (uint)(sizeof(ushort) + length + 1);
        }
    }

    public sockaddr_un Address => _address;

    /// <summary>Bytes of <see cref="Address"/> that count.</summary>
    public uint Length { get; }

    /// <summary>Connects to a stream socket at any path; none for null, a flag that was not given.</summary>
    /// <exception cref="ContainerException">Nobody listens there.</exception>
    public static FileDescriptor ConnectTo(string? path, string flag)
    {
        if (path is null)
            return FileDescriptor.None;
        int slash = path.LastIndexOf('/');
        string parent = slash < 0 ? "." : slash == 0 ? "/" : path[..slash];
        using FileDescriptor directory = new(open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (directory.IsOpen)
        {
            FileDescriptor socket = Check.Fd(LibC.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
            UnixSocketAddress address = new(directory, path[(slash + 1)..]);
            sockaddr_un value = address.Address;
            if (connect(socket, &value, address.Length) == 0)
                return socket;
            LinuxException cause = new("connect", errno, path);
            socket.Dispose();
            throw new ContainerException($"connect to {flag}", cause);
        }

        throw new ContainerException($"connect to {flag}", new LinuxException("open", errno, parent));
    }
}
