using System;

namespace OciRuntime.Container.Checkpoint;

/// <summary>Reads what <see cref="ProtobufWriter"/> writes, field by field.</summary>
/// <param name="message">The message's bytes.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the field just read.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, if it is a varint.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value, if it is bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Goes to the next field; false at the end.</summary>
    /// <exception cref="FormatException">The message is cut short, or not one.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty)
            return false;
        ulong key = Varint();
        Field = (int)(key >> 3);
        Number = 0;
        Bytes = default;
        switch (key & 7)
        {
            case ProtobufWriter.VarintType:
                Number = Varint();
                break;
            case ProtobufWriter.BytesType:
                Bytes = Take(Varint());
                break;
            case 1:
                _ = Take(sizeof(ulong));
                break;
            case 5:
                _ = Take(sizeof(uint));
                break;
            default:
                throw new FormatException($"a field has the wire type {key & 7}");
        }

        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new FormatException("a number is longer than 64 bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new FormatException("it is cut short");
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
