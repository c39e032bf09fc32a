using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>Unmarshals values of either byte order; whatever the bytes are, it ends with values or a <see cref="DBusException"/>.</summary>
internal ref struct DBusReader(ReadOnlySpan<byte> bytes, bool isBigEndian)
{
    /// <summary>How deep variants may lie in each other: one level is all that systemd uses.</summary>
    private const int MaxDepth = 16;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _depth;

    /// <summary>Where the next value begins, before alignment.</summary>
    public int Position { get; private set; }

    public void Align(int alignment) => Take((alignment - (Position % alignment)) % alignment);

    /// <summary>One value of each type that <paramref name="signature"/> names.</summary>
    public List<object> ReadAll(ReadOnlySpan<char> signature)
    {
        var values = new List<object>();
        while (!signature.IsEmpty)
        {
            int length = DBusSignature.FirstType(signature);
            values.Add(Read(signature[..length]));
            signature = signature[length..];
        }
        return values;
    }

    /// <summary>One value, in the types of <see cref="DBusValue"/>.</summary>
    public object Read(ReadOnlySpan<char> signature)
    {
        Align(DBusSignature.Alignment(signature[0]));
        switch (signature[0])
        {
            case 'y': return Take(1)[0];
            case 'n': return isBigEndian ? BinaryPrimitives.ReadInt16BigEndian(Take(2)) : BinaryPrimitives.ReadInt16LittleEndian(Take(2));
            case 'q': return isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(Take(2)) : BinaryPrimitives.ReadUInt16LittleEndian(Take(2));
            case 'i': return (int)UInt32();
            case 'u': return UInt32();
            case 'b': return UInt32() != 0;
            case 'x': return (long)UInt64();
            case 't': return UInt64();
            case 'd': return BitConverter.UInt64BitsToDouble(UInt64());
            case 's' or 'o': return Text(Length());
            case 'g': return Text(Take(1)[0]);
            case 'v':
                if (++_depth > MaxDepth)
                    throw new DBusException("variants are nested too deeply");
                string inner = (string)Read("g");
                if (DBusSignature.FirstType(inner) != inner.Length)
                    throw new DBusException($"a variant of type \"{inner}\"");
                var value = new DBusValue(inner, Read(inner));
                _depth--;
                return value;
            case '(':
                return ReadAll(signature[1..^1]);
            default:
                return ReadArray(signature[1..]);
        }
    }

    private object ReadArray(ReadOnlySpan<char> type)
    {
        int length = Length();
        Align(DBusSignature.Alignment(type[0]));
        if (type[0] == 'y')
            return Take(length).ToArray();
        int end = Position + length;
        if (end > _bytes.Length)
            throw new DBusException("an array ends behind its message");
        var elements = new List<object>();
        while (Position < end)
            elements.Add(Read(type));
        return Position == end ? elements : throw new DBusException("an array's length is wrong");
    }

    private uint UInt32() => isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(Take(4)) : BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ulong UInt64() => isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(Take(8)) : BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private int Length()
    {
        uint length = UInt32();
        return length <= _bytes.Length ? (int)length : throw new DBusException("a length exceeds its message");
    }

    private string Text(int length)
    {
        string text = Encoding.UTF8.GetString(Take(length));
        Take(1);
        return text;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - Position)
            throw new DBusException("a message is too short");
        ReadOnlySpan<byte> taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }
}
