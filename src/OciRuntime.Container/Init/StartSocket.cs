using System;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>
/// How <c>start</c> reaches the init that <c>create</c> left waiting: a socket in the container's directory (0700).
/// Unlike a FIFO it tells <c>start</c> whether the program was executed: the kernel closes the connection at exec,
/// and an error comes back over it.
/// </summary>
public static unsafe class StartSocket
{
    /// <summary>Signals whose default is to stop or to do nothing; every other one ends a waiting init.</summary>
    private const ulong NotFatal =
        (1UL << (SIGCHLD - 1)) | (1UL << (SIGCONT - 1)) | (1UL << (SIGURG - 1)) | (1UL << (SIGWINCH - 1)) |
        (1UL << (SIGSTOP - 1)) | (1UL << (SIGTSTP - 1)) | (1UL << (SIGTTIN - 1)) | (1UL << (SIGTTOU - 1)) |
        (1UL << (SIGKILL - 1));

    /// <summary>In the creating runtime.</summary>
    public static FileDescriptor Listen(FileDescriptor directory, string name)
    {
        FileDescriptor socket = Check.Fd(LibC.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), "socket");
        UnixSocketAddress address = new(directory, name);
        sockaddr_un value = address.Address;
        Check.Ok(bind(socket, &value, address.Length), "bind", name);
        Check.Ok(listen(socket, 8), "listen", name);
        return socket;
    }

    /// <summary>In <c>start</c>. None: nobody waits behind the socket any more.</summary>
    public static FileDescriptor Connect(FileDescriptor directory, string name)
    {
        FileDescriptor socket = Connect(directory, name, 0, out int error);
        return error is 0 or Errno.ECONNREFUSED or Errno.ENOENT ? socket : throw Unreachable(error, name);
    }

    /// <summary>
    /// In <c>state</c>: whether somebody waits behind the socket. An init that is stopped or frozen takes no connection,
    /// and those that have given up stay in its queue: a full one must not make the next to ask wait for ever.
    /// </summary>
    public static bool IsAwaited(FileDescriptor directory, string name)
    {
        using FileDescriptor socket = Connect(directory, name, SOCK_NONBLOCK, out int error);
        return error switch
        {
            0 or Errno.EAGAIN => true,
            Errno.ECONNREFUSED or Errno.ENOENT => false,
            _ => throw Unreachable(error, name),
        };
    }

    private static FileDescriptor Connect(FileDescriptor directory, string name, int flags, out int error)
    {
        FileDescriptor socket = Check.Fd(LibC.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0), "socket");
        UnixSocketAddress address = new(directory, name);
        sockaddr_un value = address.Address;
        error = connect(socket, &value, address.Length) == 0 ? 0 : errno;
        if (error == 0)
            return socket;
        socket.Dispose();
        return FileDescriptor.None;
    }

    private static ContainerException Unreachable(int error, string name) =>
        new("reach the container's init", new LinuxException("connect", error, name));

    /// <summary>
    /// In the waiting init: returns the connection over which the start was asked for. A connection that says
    /// nothing was <c>state</c>, asking whether anybody waits. A signal that would end a process ends this one: as
    /// the first of its PID namespace the kernel would spare it, and <c>kill ID TERM</c> would have no effect.
    /// </summary>
    public static MessageChannel AcceptStart(FileDescriptor listener)
    {
        ulong fatal = ~NotFatal;
        using FileDescriptor signals = Check.Fd(signalfd(-1, &fatal, SFD_CLOEXEC), "signalfd4");
        pollfd* fds = stackalloc pollfd[2];
        while (true)
        {
            ProgramImage.LetGo();
            fds[0] = new() { fd = listener, events = POLLIN };
            fds[1] = new() { fd = signals, events = POLLIN };
            if (poll(fds, 2, -1) < 0 && errno != Errno.EINTR)
                throw new LinuxException("poll", errno);
            if (fds[1].revents != 0)
            {
                signalfd_siginfo info;
                if (read(signals, &info, sizeof(signalfd_siginfo)) > 0)
                    exit_group(128 + (int)info.ssi_signo);
            }

            if (fds[0].revents == 0)
                continue;
            MessageChannel channel = new(new FileDescriptor(accept4(listener, null, null, SOCK_CLOEXEC)));
            if (channel.Socket.IsOpen && channel.Receive().Type == MessageType.Start)
            {
                listener.Dispose();
                return channel;
            }

            channel.Dispose();
        }
    }
}
