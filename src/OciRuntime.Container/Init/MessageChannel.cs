using System;
using System.Buffers.Binary;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>
/// One end of the <c>SOCK_SEQPACKET</c> socket between runtime and init: message boundaries are the kernel's, and
/// so is the news that the other end has gone.
/// </summary>
public readonly unsafe struct MessageChannel : IDisposable
{
    /// <summary>Bytes of a message's type and number.</summary>
    private const int HeaderSize = 5;

    /// <summary>Bytes of text; a longer error is cut.</summary>
    private const int MaximumText = 4096;

    public MessageChannel(FileDescriptor socket) => Socket = socket;

    public FileDescriptor Socket { get; }

    public static (MessageChannel Runtime, MessageChannel Init) CreatePair()
    {
        int* fds = stackalloc int[2];
        Check.Ok(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), "socketpair");
        return (new(new FileDescriptor(fds[0])), new(new FileDescriptor(fds[1])));
    }

    public void Dispose() => Socket.Dispose();

    /// <summary>From now on a message that is sent to this end tells its sender's pid.</summary>
    public void ReceiveSenders()
    {
        int on = 1;
        Check.Ok(setsockopt(Socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof(int)), "setsockopt(SO_PASSCRED)");
    }

    /// <summary>Sends a message. SIGPIPE is not raised.</summary>
    /// <exception cref="LinuxException">EPIPE or ECONNRESET: the peer has gone.</exception>
    public void Send(MessageType type, int number = 0, string text = "", FileDescriptor file = default)
    {
        Span<byte> buffer = stackalloc byte[HeaderSize + MaximumText];
        SendBytes(buffer[..Encode(buffer, type, number, text)], file);
    }

    /// <summary>
    /// As <see cref="Send"/> without a descriptor, by write(2): for a process whose seccomp filter lets that through and
    /// may stand in the way of anything else. SIGPIPE is raised.
    /// </summary>
    public void Write(MessageType type, int number = 0, string text = "")
    {
        Span<byte> buffer = stackalloc byte[HeaderSize + MaximumText];
        if (WriteBytes(buffer[..Encode(buffer, type, number, text)]) is int error and not 0)
            throw new LinuxException("write", error);
    }

    /// <summary>As <see cref="Write"/>, without an exception or anything else that needs memory: a filter may let no more of it be had.</summary>
    /// <returns>0, or the error number.</returns>
    public int TryWrite(MessageType type, int number, ReadOnlySpan<byte> text)
    {
        Span<byte> buffer = stackalloc byte[HeaderSize + MaximumText];
        text = text[..Math.Min(text.Length, MaximumText)];
        EncodeHeader(buffer, type, number);
        text.CopyTo(buffer[HeaderSize..]);
        return WriteBytes(buffer[..(HeaderSize + text.Length)]);
    }

    /// <summary>Waits for a message without text by read(2), as <see cref="Write"/> does.</summary>
    /// <returns><see cref="MessageType.Gone"/> when the peer has closed its end.</returns>
    public MessageType Read()
    {
        byte* buffer = stackalloc byte[HeaderSize];
        nint received;
        while ((received = read(Socket, buffer, HeaderSize)) < 0)
        {
            if (errno != Errno.EINTR)
                throw new LinuxException("read", errno);
        }

        return received < HeaderSize ? MessageType.Gone : (MessageType)buffer[0];
    }

    /// <summary>Waits for a message; <see cref="MessageType.Gone"/> when the peer has closed its end.</summary>
    public Message Receive()
    {
        byte* buffer = stackalloc byte[HeaderSize + MaximumText];
        byte* control = stackalloc byte[64];
        iovec vector = new() { iov_base = buffer, iov_len = HeaderSize + MaximumText };
        msghdr header = new() { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = 64 };
        nint received;
        while ((received = recvmsg(Socket, &header, MSG_CMSG_CLOEXEC)) < 0)
        {
            // ECONNRESET tells once that something sent was not read; what the other end has said comes after it.
            if (errno is not (Errno.EINTR or Errno.ECONNRESET))
                throw new LinuxException("recvmsg", errno);
        }

        if (received < HeaderSize)
            return default;
        ReadOnlySpan<byte> bytes = new(buffer, (int)received);
        int* descriptor = (int*)ControlData(header, SCM_RIGHTS);
        ucred* credentials = (ucred*)ControlData(header, SCM_CREDENTIALS);
        return new(
            (MessageType)bytes[0],
            BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]),
            Encoding.UTF8.GetString(bytes[HeaderSize..]),
            descriptor is null ? FileDescriptor.None : new FileDescriptor(*descriptor),
            credentials is null ? 0 : credentials->pid);
    }

    /// <summary>Sends bytes with, if there is one, a descriptor; on any UNIX socket.</summary>
    public void SendBytes(ReadOnlySpan<byte> bytes, FileDescriptor file)
    {
        byte* control = stackalloc byte[24];
        fixed (byte* p = bytes)
        {
            iovec vector = new() { iov_base = p, iov_len = bytes.Length };
            msghdr header = new() { msg_iov = &vector, msg_iovlen = 1 };
            if (file.IsOpen)
            {
                *(cmsghdr*)control = new() { cmsg_len = sizeof(cmsghdr) + sizeof(int), cmsg_level = SOL_SOCKET, cmsg_type = SCM_RIGHTS };
                *(int*)(control + sizeof(cmsghdr)) = file;
                header.msg_control = control;
                header.msg_controllen = 24;
            }

            while (sendmsg(Socket, &header, MSG_NOSIGNAL) < 0)
            {
                if (errno != Errno.EINTR)
                    throw new LinuxException("sendmsg", errno);
            }
        }
    }

    private int WriteBytes(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            nint written;
            while ((written = write(Socket, p, bytes.Length)) < 0)
            {
                if (errno != Errno.EINTR)
                    return errno;
            }

            // A filter can have the call do nothing and succeed. To wait for an answer then would be to wait for ever.
            return written == bytes.Length ? 0 : Errno.EIO;
        }
    }

    private static void EncodeHeader(Span<byte> buffer, MessageType type, int number)
    {
        buffer[0] = (byte)type;
        BinaryPrimitives.WriteInt32LittleEndian(buffer[1..], number);
    }

    private static int Encode(Span<byte> buffer, MessageType type, int number, string text)
    {
        EncodeHeader(buffer, type, number);
        Encoding.UTF8.GetEncoder().Convert(text, buffer[HeaderSize..], flush: true, out _, out int length, out _);
        return HeaderSize + length;
    }

    /// <summary>What a control message of a type carries; null if there is none.</summary>
    private static void* ControlData(in msghdr header, int type)
    {
        byte* end = (byte*)header.msg_control + header.msg_controllen;
        for (byte* p = (byte*)header.msg_control; p + sizeof(cmsghdr) <= end; p += (((cmsghdr*)p)->cmsg_len + 7) & ~7)
        {
            cmsghdr* control = (cmsghdr*)p;
            if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == type)
                return p + sizeof(cmsghdr);
            if (control->cmsg_len < sizeof(cmsghdr))
                break;
        }

        return null;
    }
}
