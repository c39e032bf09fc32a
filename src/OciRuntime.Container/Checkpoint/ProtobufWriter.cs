using System.Buffers;
using System.Text;

namespace OciRuntime.Container.Checkpoint;

/// <summary>
/// A message in the wire format of Protocol Buffers: each field is a key, its number and its wire type, and then its
/// value. CRIU's messages have only two wire types: 0, a varint (numbers, truth values, enumerations), and 2, bytes with
/// their length before them (strings, messages).
/// </summary>
internal sealed class ProtobufWriter
{
    /// <summary>The wire types, which are the lowest three bits of a key.</summary>
    public const int VarintType = 0, BytesType = 2;

    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public System.ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>A negative number is ten bytes long: it is extended to 64 bits.</summary>
    public ProtobufWriter Number(int field, long value)
    {
        Varint(((uint)field << 3) | VarintType);
        Varint((ulong)value);
        return this;
    }

    public ProtobufWriter Bool(int field, bool value) => Number(field, value ? 1 : 0);

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, ProtobufWriter message) => Bytes(field, message.Written);

    /// <summary>Fields that were written apart.</summary>
    public ProtobufWriter Append(ProtobufWriter fields)
    {
        _buffer.Write(fields.Written);
        return this;
    }

    private ProtobufWriter Bytes(int field, System.ReadOnlySpan<byte> value)
    {
        Varint(((uint)field << 3) | BytesType);
        Varint((ulong)value.Length);
        _buffer.Write(value);
        return this;
    }

    /// <summary>Seven bits a byte, the lowest first; the highest bit of a byte tells that more follow.</summary>
    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }
}
