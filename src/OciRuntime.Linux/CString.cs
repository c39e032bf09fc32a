using System;
using System.Text;

namespace OciRuntime.Linux;

/// <summary>
/// A NUL-terminated UTF-8 string, encoded once and handed to the kernel as often as needed:
/// <c>fixed (byte* p = path)</c>. The default value pins to a null pointer.
/// </summary>
public readonly struct CString
{
    private readonly byte[]? _bytes;
    private readonly string? _text;

    /// <summary>Encodes <paramref name="text"/>.</summary>
    /// <exception cref="ArgumentException">The text holds a NUL character, which would silently cut it short.</exception>
    public CString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("the string contains a NUL character", nameof(text));
        _text = text;
        _bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, _bytes);
    }

    /// <summary>Copies a name that the kernel gave, which need not be UTF-8.</summary>
    public CString(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0))
            throw new ArgumentException("the bytes contain a NUL", nameof(bytes));
        _bytes = new byte[bytes.Length + 1];
        bytes.CopyTo(_bytes);
    }

    public static implicit operator CString(string? text) => text is null ? default : new CString(text);

    public static CString FromString(string? text) => text;

    /// <summary>For <c>fixed</c>: the first byte, or null when there is no string.</summary>
    public ref byte GetPinnableReference() => ref (_bytes is null ? ref System.Runtime.CompilerServices.Unsafe.NullRef<byte>() : ref _bytes[0]);

    /// <summary>The bytes without the final NUL.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes is null ? default : _bytes.AsSpan(0, _bytes.Length - 1);

    public override string ToString() => _text ?? Encoding.UTF8.GetString(Bytes);
}
