using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using OciRuntime.Container.Cgroups.Systemd.DBus;

namespace OciRuntime.Container.Tests.Cgroups.Systemd;

/// <summary>A server of D-Bus at a socket of its own, for one connection: what systemd, or a bus, may answer.</summary>
internal sealed class FakeManager : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Thread _thread;
    private readonly Func<DBusMessage, IEnumerable<DBusMessage>?> _answer;
    private readonly string _authentication;

    /// <summary>Listens.</summary>
    /// <param name="directory">Where to make the socket.</param>
    /// <param name="answer">The messages that answer a call, the reply among them; null: the connection is closed.</param>
    /// <param name="authentication">What is said to the client's AUTH and DATA.</param>
    public FakeManager(string directory, Func<DBusMessage, IEnumerable<DBusMessage>?> answer, string authentication = "DATA\r\nOK 0123\r\n")
    {
        _answer = answer;
        _authentication = authentication;
        Path = System.IO.Path.Combine(directory, System.IO.Path.GetRandomFileName());
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(1);
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The socket's path.</summary>
    public string Path { get; }

    /// <summary>The members that were called, in order. To be read when the client has its answers.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The reply to a call.</summary>
    public static DBusMessage Reply(DBusMessage call, string signature = "", params object[] body) =>
        new() { Type = DBusMessageType.MethodReturn, Serial = 1, ReplySerial = call.Serial, Signature = signature, Body = body };

    /// <summary>An error in reply to a call.</summary>
    public static DBusMessage Error(DBusMessage call, string name, string text) =>
        new() { Type = DBusMessageType.Error, Serial = 1, ReplySerial = call.Serial, ErrorName = name, Signature = "s", Body = [text] };

    /// <summary>systemd's signal that a job has ended.</summary>
    public static DBusMessage JobRemoved(string job, string result) => new()
    {
        Type = DBusMessageType.Signal,
        Serial = 1,
        Path = "/org/freedesktop/systemd1",
        Interface = "org.freedesktop.systemd1.Manager",
        Member = "JobRemoved",
        Signature = "uoss",
        Body = [7u, job, "a.scope", result],
    };

    public void Dispose()
    {
        _listener.Dispose();
        _thread.Join();
        File.Delete(Path);
    }

    private void Serve()
    {
        try
        {
            using Socket connection = _listener.Accept();
            using var stream = new NetworkStream(connection);
            var said = new StringBuilder();
            while (!said.ToString().EndsWith("BEGIN\r\n", StringComparison.Ordinal))
                said.Append(stream.ReadByte() is var next and >= 0 ? (char)next : throw new EndOfStreamException());
            stream.Write(Encoding.ASCII.GetBytes(_authentication));
            byte[] header = new byte[DBusMessage.FixedHeader];
            while (true)
            {
                stream.ReadExactly(header);
                byte[] message = new byte[DBusMessage.LengthOf(header)];
                header.CopyTo(message, 0);
                stream.ReadExactly(message.AsSpan(header.Length));
                DBusMessage call = DBusMessage.Decode(message);
                Calls.Add(call.Member);
                if (_answer(call) is not { } answers)
                    return;
                stream.Write(answers.SelectMany(answer => answer.Encode()).ToArray());
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client has gone, or the test has ended.
        }
    }
}
