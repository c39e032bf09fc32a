using System;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Init;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// sd_notify(3) for a container: the service manager's socket, <c>$NOTIFY_SOCKET</c>, means nothing inside, so the
/// container gets one of its own, and what it says of being ready is passed on by the runtime, whose messages the
/// service manager accepts. Nothing else is passed on: the container is not to be trusted with the service.
/// </summary>
internal sealed unsafe class NotifySocket : IDisposable
{
    private const string DirectoryName = "notify";
    private const string SocketName = "notify.sock";
    private const string MountPoint = "/run/notify";

    /// <summary>Bytes of a message; of a longer one the rest is lost, unix(7).</summary>
    private const int MaximumMessage = 4096;

    /// <summary>How long the service manager may take to read, in milliseconds: one that does not know the barrier never closes it.</summary>
    private const int BarrierLimit = 30_000;

    private readonly string _host;
    private readonly Action<string> _warn;

    private NotifySocket(string host, Action<string> warn)
    {
        _host = host;
        _warn = warn;
    }

    /// <summary>The container's socket, for poll(2); none before <see cref="Listen"/>, and when it has said that it is ready.</summary>
    public FileDescriptor Socket { get; private set; }

    /// <summary>What the container's process is told.</summary>
    public static string Variable => $"NOTIFY_SOCKET={MountPoint}/{SocketName}";

    /// <summary>Null unless this process has been given a <c>$NOTIFY_SOCKET</c>.</summary>
    public static NotifySocket? OfThisProcess(Action<string> warn) =>
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } host ? new(host, warn) : null;

    /// <summary>Makes the directory that the container sees.</summary>
    /// <returns>The config with the mount of it.</returns>
    public static Config AddTo(Config config, ContainerDirectory container)
    {
        const uint searchableByAll = 0x1ED; // 0755
        Check.Ok(mkdirat(container.Descriptor, DirectoryName, searchableByAll), "mkdir", DirectoryName);
        Check.Ok(fchmodat(container.Descriptor, DirectoryName, searchableByAll), "chmod", DirectoryName);
        return With(config, container);
    }

    /// <summary>Whether <see cref="AddTo"/> was called for the container.</summary>
    public static bool IsIn(ContainerDirectory container) =>
        faccessat(container.Descriptor, DirectoryName, F_OK, 0) == 0;

    /// <summary>The config with the mount of the directory.</summary>
    public static Config With(Config config, ContainerDirectory container)
    {
        Mount mount = new()
        {
            Destination = MountPoint,
            Type = "bind",
            Source = $"{container.Path}/{DirectoryName}",
            Options = ["bind", "nosuid", "noexec", "nodev", "ro"],
        };
        return config with { Mounts = [.. config.Mounts ?? [], mount] };
    }

    /// <summary>What <see cref="AddTo"/> and <see cref="Listen"/> made.</summary>
    public static void Remove(FileDescriptor containerDirectory)
    {
        _ = unlinkat(containerDirectory, $"{DirectoryName}/{SocketName}", 0);
        _ = unlinkat(containerDirectory, DirectoryName, AT_REMOVEDIR);
    }

    /// <summary>Takes messages from now on: before the program can send one.</summary>
    /// <exception cref="ContainerException">The container was created without <c>$NOTIFY_SOCKET</c>.</exception>
    public void Listen(FileDescriptor containerDirectory)
    {
        const uint forAll = 0x1FF; // 0777
        const string name = $"{DirectoryName}/{SocketName}";
        Socket = Check.Fd(LibC.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
        // Left by a start that was killed.
        _ = unlinkat(containerDirectory, name, 0);
        UnixSocketAddress address = new(containerDirectory, name);
        sockaddr_un value = address.Address;
        if (bind(Socket, &value, address.Length) < 0)
        {
            throw new ContainerException(
                "listen for the container's sd_notify messages", new LinuxException("bind", errno, name),
                errno == Errno.ENOENT ? "NOTIFY_SOCKET must be set when the container is created, too" : null);
        }

        Check.Ok(fchmodat(containerDirectory, name, forAll), "chmod", name);
    }

    /// <summary>
    /// Waits until the container has said that it is ready, or has ended, and passes it on. What it said before it ended
    /// counts, but nothing that comes later: a process that outlives the init could go on talking for ever.
    /// </summary>
    /// <param name="pid">The process that the service manager is to watch from then on.</param>
    /// <param name="pidfd">The container's init; none: it has ended.</param>
    public void RelayUntilReady(int pid, FileDescriptor pidfd)
    {
        pollfd* fds = stackalloc pollfd[2];
        while (Socket.IsOpen && pidfd.IsOpen)
        {
            fds[0] = new() { fd = Socket, events = POLLIN };
            fds[1] = new() { fd = pidfd, events = POLLIN };
            if (poll(fds, 2, -1) < 0 && errno != Errno.EINTR)
                throw new LinuxException("poll", errno);
            if (fds[1].revents != 0)
            {
                // Whoever sends from now on gets EPIPE: what is left is a queue that ends, unix(7).
                Check.Ok(shutdown(Socket, SHUT_RD), "shutdown");
                while (Relay(pid, barrier: true) && Socket.IsOpen)
                {
                }

                return;
            }

            if (fds[0].revents != 0)
                _ = Relay(pid, barrier: true);
        }
    }

    /// <summary>Reads one message and passes it on if it says READY; then nothing more is heard.</summary>
    /// <param name="pid">The process that the service manager is to watch.</param>
    /// <param name="barrier">
    /// Whether to wait until the service manager has read it: it knows the sender of a message by its pid, so a sender
    /// that ends at once would not be recognised.
    /// </param>
    /// <returns>Whether there was a message.</returns>
    public bool Relay(int pid, bool barrier)
    {
        byte* buffer = stackalloc byte[MaximumMessage];
        nint length = read(Socket, buffer, MaximumMessage);
        if (length < 0)
            return false;
        foreach (string line in Encoding.UTF8.GetString(buffer, (int)length).Split('\n'))
        {
            if (!line.StartsWith("READY=", StringComparison.Ordinal))
                continue;
            Dispose();
            try
            {
                Tell(line, pid, barrier);
            }
            catch (LinuxException e)
            {
                _warn($"tell $NOTIFY_SOCKET that the container is ready: {e.Message}");
            }

            break;
        }

        return true;
    }

    public void Dispose()
    {
        Socket.Dispose();
        Socket = FileDescriptor.None;
    }

    private void Tell(string ready, int pid, bool barrier)
    {
        using FileDescriptor socket = Check.Fd(LibC.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
        sockaddr_un address = new() { sun_family = AF_UNIX };
        Span<byte> path = new(address.sun_path, 107);
        if (!Encoding.UTF8.TryGetBytes(_host, path, out int length))
            throw new LinuxException("connect", Errno.ENAMETOOLONG, _host);
        if (path[0] == (byte)'@')
            path[0] = 0;
        Check.Ok(connect(socket, &address, (uint)(sizeof(ushort) + length)), "connect", _host);
        MessageChannel host = new(socket);
        host.SendBytes(Encoding.UTF8.GetBytes(ready + "\n"), FileDescriptor.None);
        host.SendBytes(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"MAINPID={pid}\n")), FileDescriptor.None);
        if (barrier)
            WaitUntilRead(host);
    }

    /// <summary>The service manager closes the descriptor that comes with this message once it has read the earlier ones.</summary>
    private static void WaitUntilRead(MessageChannel host)
    {
        int* ends = stackalloc int[2];
        Check.Ok(pipe2(ends, O_CLOEXEC), "pipe2");
        using FileDescriptor readEnd = new(ends[0]);
        using (FileDescriptor writeEnd = new(ends[1]))
            host.SendBytes("BARRIER=1"u8, writeEnd);
        pollfd fd = new() { fd = readEnd, events = POLLIN };
        _ = poll(&fd, 1, BarrierLimit);
    }
}
