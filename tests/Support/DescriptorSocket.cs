using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using Mono.Unix.Native;

namespace OciRuntime.Tests.Support;

/// <summary>A Unix socket that a runtime sends a descriptor to, for --console-socket and --pidfd-socket.</summary>
public sealed class DescriptorSocket : IDisposable
{
    private readonly Socket _listener;

    /// <summary>Listens at a path.</summary>
    public DescriptorSocket(string path)
    {
        Path = path;
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(1);
    }

    /// <summary>The socket's path.</summary>
    public string Path { get; }

    /// <summary>Receives one message: its data and its descriptors.</summary>
    /// <param name="isLast">Whether the sender has to close the connection after it.</param>
    public (byte[] Data, int[] Descriptors) Receive(bool isLast = false)
    {
        Wait.Until(() => _listener.Poll(100_000, SelectMode.SelectRead), "the runtime connects");
        using Socket connection = _listener.Accept();
        Wait.Until(() => connection.Poll(100_000, SelectMode.SelectRead), "the runtime sends");
        (byte[] Data, int[] Descriptors) message = ReceiveMessage((int)connection.Handle);
        if (isLast)
        {
            Wait.Until(() => connection.Poll(100_000, SelectMode.SelectRead), "the runtime closes the connection");
            if (connection.Receive(new byte[1]) != 0)
                throw new IOException("the connection carries more than one message");
        }

        return message;
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private static unsafe (byte[] Data, int[] Descriptors) ReceiveMessage(int socket)
    {
        var data = new byte[4096];
        var control = new byte[256];
        fixed (byte* pointer = data)
        {
            var message = new Msghdr
            {
                msg_iov = [new Iovec { iov_base = (IntPtr)pointer, iov_len = (ulong)data.Length }],
                msg_iovlen = 1,
                msg_control = control,
                msg_controllen = control.Length,
            };
            long count = Syscall.recvmsg(socket, message, MessageFlags.MSG_CMSG_CLOEXEC);
            if (count < 0)
                throw new IOException($"recvmsg: {Stdlib.GetLastError()}");
            return (data[..(int)count], Descriptors(message));
        }
    }

    // One SCM_RIGHTS header and then the numbers.
    private static int[] Descriptors(Msghdr message)
    {
        const int header = 16;
        if (message.msg_controllen < header)
            return [];
        long length = BitConverter.ToInt64(message.msg_control, 0);
        var descriptors = new int[(length - header) / sizeof(int)];
        for (int i = 0; i < descriptors.Length; i++)
            descriptors[i] = BitConverter.ToInt32(message.msg_control, header + i * sizeof(int));
        return descriptors;
    }
}
