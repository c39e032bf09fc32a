using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>Marshals values, little-endian (D-Bus Specification, "Marshaling").</summary>
internal sealed class DBusWriter
{
    private byte[] _buffer = new byte[512];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Appends zeros up to a multiple of <paramref name="alignment"/>.</summary>
    public void Align(int alignment) => Reserve((alignment - (_length % alignment)) % alignment).Clear();

    /// <summary>Appends one value of each type that <paramref name="signature"/> names.</summary>
    public void WriteAll(ReadOnlySpan<char> signature, ReadOnlySpan<object> values)
    {
        foreach (object value in values)
        {
            int length = DBusSignature.FirstType(signature);
            Write(signature[..length], value);
            signature = signature[length..];
        }
    }

    /// <summary>Appends one value; see <see cref="DBusValue"/> for what its content has to be.</summary>
    public void Write(ReadOnlySpan<char> signature, object value)
    {
        Align(DBusSignature.Alignment(signature[0]));
        switch (signature[0])
        {
            case 'y': Reserve(1)[0] = (byte)value; break;
            case 'n': BinaryPrimitives.WriteInt16LittleEndian(Reserve(2), (short)value); break;
            case 'q': BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), (ushort)value); break;
            case 'i': BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), (int)value); break;
            case 'u': BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), (uint)value); break;
            case 'b': BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), (bool)value ? 1u : 0u); break;
            case 'x': BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), (long)value); break;
            case 't': BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), (ulong)value); break;
            case 'd': BinaryPrimitives.WriteDoubleLittleEndian(Reserve(8), (double)value); break;
            case 's' or 'o':
                // The length after the text: writing that may have moved the buffer.
                int at = _length;
                Reserve(4);
                int count = WriteText((string)value);
                BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(at), count);
                break;
            case 'g':
                int start = _length;
                Reserve(1);
                int length = WriteText((string)value);
                _buffer[start] = (byte)length;
                break;
            case 'v':
                var variant = (DBusValue)value;
                Write("g", variant.Signature);
                Write(variant.Signature, variant.Content);
                break;
            case '(':
                ReadOnlySpan<char> fields = signature[1..^1];
                foreach (object field in (IReadOnlyList<object>)value)
                {
                    int type = DBusSignature.FirstType(fields);
                    Write(fields[..type], field);
                    fields = fields[type..];
                }
                break;
            default:
                WriteArray(signature[1..], value);
                break;
        }
    }

    /// <summary>The length counts neither itself nor the padding before the first element.</summary>
    private void WriteArray(ReadOnlySpan<char> type, object value)
    {
        int at = _length;
        Reserve(4);
        Align(DBusSignature.Alignment(type[0]));
        int start = _length;
        if (value is byte[] bytes)
            bytes.CopyTo(Reserve(bytes.Length));
        else
            foreach (object element in (IReadOnlyList<object>)value)
                Write(type, element);
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(at), _length - start);
    }

    /// <returns>The length without the final NUL.</returns>
    private int WriteText(string text)
    {
        int count = Encoding.UTF8.GetByteCount(text);
        Span<byte> target = Reserve(count + 1);
        Encoding.UTF8.GetBytes(text, target);
        target[count] = 0;
        return count;
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }
}
