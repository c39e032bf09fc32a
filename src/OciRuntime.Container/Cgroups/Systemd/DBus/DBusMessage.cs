using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>One message (D-Bus Specification, "Message Format").</summary>
internal sealed record DBusMessage
{
    /// <summary>Bytes before the header's fields: byte order, type, flags, version, body's length, serial, fields' length.</summary>
    public const int FixedHeader = 16;

    /// <summary>The specification's limit, bytes.</summary>
    private const int MaxLength = 128 << 20;

    public required DBusMessageType Type { get; init; }

    /// <summary>The sender's number for the message.</summary>
    public uint Serial { get; init; }

    /// <summary>The number of the call that this answers.</summary>
    public uint ReplySerial { get; init; }

    public string Path { get; init; } = "";

    public string Interface { get; init; } = "";

    public string Member { get; init; } = "";

    public string Destination { get; init; } = "";

    public string ErrorName { get; init; } = "";

    /// <summary>The types of <see cref="Body"/>.</summary>
    public string Signature { get; init; } = "";

    public IReadOnlyList<object> Body { get; init; } = [];

    public byte[] Encode()
    {
        var body = new DBusWriter();
        body.WriteAll(Signature, [.. Body]);
        var fields = new List<object>();
        Add(1, "o", Path);
        Add(2, "s", Interface);
        Add(3, "s", Member);
        Add(4, "s", ErrorName);
        if (ReplySerial != 0)
            fields.Add(new List<object> { (byte)5, new DBusValue("u", ReplySerial) });
        Add(6, "s", Destination);
        Add(8, "g", Signature);

        var message = new DBusWriter();
        message.WriteAll("yyyyuua(yv)", [(byte)'l', (byte)Type, (byte)0, (byte)1, (uint)body.Written.Length, Serial, fields]);
        message.Align(8);
        return [.. message.Written, .. body.Written];

        void Add(byte code, string type, string value)
        {
            if (value.Length > 0)
                fields.Add(new List<object> { code, new DBusValue(type, value) });
        }
    }

    /// <summary>How long the message is that begins with <paramref name="header"/>, bytes.</summary>
    /// <param name="header">The first <see cref="FixedHeader"/> bytes.</param>
    /// <exception cref="DBusException">No message begins so.</exception>
    public static int LengthOf(ReadOnlySpan<byte> header)
    {
        bool isBigEndian = IsBigEndian(header);
        uint body = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(header[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        uint fields = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(header[12..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        ulong length = FixedHeader + (((ulong)fields + 7) & ~7UL) + body;
        return length <= MaxLength ? (int)length : throw new DBusException($"a message of {length} bytes");
    }

    /// <summary>The message that is <paramref name="bytes"/>. A body of a type that is not used here is left out.</summary>
    /// <exception cref="DBusException">They are no message.</exception>
    public static DBusMessage Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new DBusReader(bytes, IsBigEndian(bytes));
        List<object> header = reader.ReadAll("yyyyuua(yv)");
        reader.Align(8);
        var message = new DBusMessage { Type = (DBusMessageType)(byte)header[1], Serial = (uint)header[5] };
        foreach (object entry in (IReadOnlyList<object>)header[6])
        {
            var field = (IReadOnlyList<object>)entry;
            object value = ((DBusValue)field[1]).Content;
            message = (byte)field[0] switch
            {
                1 when value is string path => message with { Path = path },
                2 when value is string name => message with { Interface = name },
                3 when value is string member => message with { Member = member },
                4 when value is string error => message with { ErrorName = error },
                5 when value is uint serial => message with { ReplySerial = serial },
                6 when value is string destination => message with { Destination = destination },
                8 when value is string signature => message with { Signature = signature },
                _ => message,
            };
        }
        // Dictionaries come in signals that nobody here waits for.
        return message.Signature.Contains('{', StringComparison.Ordinal) ? message : message with { Body = reader.ReadAll(message.Signature) };
    }

    private static bool IsBigEndian(ReadOnlySpan<byte> header) => header[0] switch
    {
        (byte)'l' => false,
        (byte)'B' => true,
        _ => throw new DBusException("what came is not a message"),
    };
}
