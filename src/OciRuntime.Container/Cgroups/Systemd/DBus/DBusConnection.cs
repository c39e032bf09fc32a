using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>A connection over a UNIX socket: calls and their answers, one at a time, and the signals that come between.</summary>
internal sealed unsafe class DBusConnection : IDisposable
{
    private readonly FileDescriptor _socket;
    private readonly string _path;
    private readonly Queue<DBusMessage> _signals = [];
    private uint _serial;

    private DBusConnection(FileDescriptor socket, string path)
    {
        _socket = socket;
        _path = path;
    }

    /// <summary>How long an answer or a signal may take, milliseconds.</summary>
    public const int Timeout = 30_000;

    /// <summary>Connects, and says who it is by the socket's credentials.</summary>
    /// <param name="path">The socket's path; <c>@</c> first: an abstract one.</param>
    /// <exception cref="LinuxException">Nobody listens there, or this user may not connect.</exception>
    /// <exception cref="DBusException">The other side does not accept this user.</exception>
    public static DBusConnection Open(string path)
    {
        FileDescriptor socket = Check.Fd(LibC.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        var connection = new DBusConnection(socket, path);
        try
        {
            connection.Connect();
            connection.Authenticate();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method and returns the body of its answer.</summary>
    /// <exception cref="DBusException">The answer is an error.</exception>
    /// <exception cref="LinuxException">The connection is broken; ETIMEDOUT: no answer.</exception>
    public IReadOnlyList<object> Call(string destination, string path, string @interface, string member, string signature = "", params object[] body)
    {
        var call = new DBusMessage
        {
            Type = DBusMessageType.MethodCall,
            Serial = ++_serial,
            Destination = destination,
            Path = path,
            Interface = @interface,
            Member = member,
            Signature = signature,
            Body = body,
        };
        Send(call.Encode());
        long deadline = Environment.TickCount64 + Timeout;
        while (true)
        {
            DBusMessage message = Receive(deadline);
            if (message.Type == DBusMessageType.Signal)
                _signals.Enqueue(message);
            else if (message.ReplySerial == call.Serial && message.Type == DBusMessageType.MethodReturn)
                return message.Body;
            else if (message.ReplySerial == call.Serial && message.Type == DBusMessageType.Error)
                throw new DBusException(message.Body is [string text, ..] ? text : message.ErrorName) { Name = message.ErrorName };
        }
    }

    /// <summary>The next signal, of those that have come already or will.</summary>
    /// <param name="deadline">In <see cref="Environment.TickCount64"/>.</param>
    /// <exception cref="LinuxException">The connection is broken; ETIMEDOUT: none came.</exception>
    public DBusMessage NextSignal(long deadline)
    {
        if (_signals.TryDequeue(out DBusMessage? signal))
            return signal;
        while (true)
        {
            DBusMessage message = Receive(deadline);
            if (message.Type == DBusMessageType.Signal)
                return message;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Connect()
    {
        if (_path.StartsWith('@'))
        {
            sockaddr_un address = new() { sun_family = AF_UNIX };
            int length = Encoding.UTF8.GetByteCount(_path);
            if (length > 107)
                throw new LinuxException("connect", Errno.ENAMETOOLONG, _path);
            Encoding.UTF8.GetBytes(_path, new Span<byte>(address.sun_path, 107));
            address.sun_path[0] = 0;
            Check.Ok(connect(_socket, &address, (uint)(sizeof(ushort) + length)), "connect", _path);
            return;
        }
        int slash = _path.LastIndexOf('/');
        using FileDescriptor directory = Check.Fd(open(slash <= 0 ? "/" : _path[..slash], O_PATH | O_DIRECTORY | O_CLOEXEC), "open", _path);
        UnixSocketAddress named = new(directory, _path[(slash + 1)..]);
        sockaddr_un value = named.Address;
        Check.Ok(connect(_socket, &value, named.Length), "connect", _path);
    }

    /// <summary>
    /// EXTERNAL without an identity: the server takes it from the socket, which is also right in a user namespace,
    /// where this process does not know its own id as the server sees it. All lines in one write, as systemd's own
    /// clients do: when a message comes in the same read as BEGIN, systemd 252 leaves it lying until the next one.
    /// </summary>
    private void Authenticate()
    {
        Send("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"u8);
        long deadline = Environment.TickCount64 + Timeout;
        string line = ReadLine(deadline);
        if (line == "DATA")
            line = ReadLine(deadline);
        if (!line.StartsWith("OK", StringComparison.Ordinal))
            throw new DBusException($"{_path} does not accept this user: {line}");
    }

    /// <summary>Byte by byte: what follows the line may belong to a message.</summary>
    private string ReadLine(long deadline)
    {
        var line = new StringBuilder();
        byte* one = stackalloc byte[1];
        while (line.Length < 1024)
        {
            Read(new Span<byte>(one, 1), deadline);
            if (*one == (byte)'\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)*one);
        }
        throw new DBusException($"{_path} does not speak the protocol");
    }

    private DBusMessage Receive(long deadline)
    {
        Span<byte> header = stackalloc byte[DBusMessage.FixedHeader];
        Read(header, deadline);
        byte[] message = new byte[DBusMessage.LengthOf(header)];
        header.CopyTo(message);
        Read(message.AsSpan(DBusMessage.FixedHeader), deadline);
        return DBusMessage.Decode(message);
    }

    private void Send(ReadOnlySpan<byte> bytes) => FileContent.WriteAll(_socket, bytes, _path);

    private void Read(Span<byte> target, long deadline)
    {
        while (!target.IsEmpty)
        {
            if (!Waiting.For(_socket, POLLIN, deadline))
                throw new LinuxException("read", Errno.ETIMEDOUT, _path);
            nint count;
            fixed (byte* p = target)
                count = Check.Ok(read(_socket, p, target.Length), "read", _path);
            if (count == 0)
                throw new LinuxException("read", Errno.ECONNRESET, _path);
            target = target[(int)count..];
        }
    }
}
