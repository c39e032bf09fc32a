using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace OciRuntime.Container.Process;

/// <summary>
/// A NULL-terminated array of C strings, as execve(2) takes it: one block outside the managed heap. It lives as
/// long as the process, which ends or is replaced soon after.
/// </summary>
public readonly unsafe struct CStringArray
{
    private CStringArray(byte** pointer) => Pointer = pointer;

    public byte** Pointer { get; }

    public static CStringArray From(IReadOnlyList<string> strings)
    {
        int size = (strings.Count + 1) * sizeof(byte*);
        for (int i = 0; i < strings.Count; i++)
            size += Encoding.UTF8.GetByteCount(strings[i]) + 1;

        byte** pointers = (byte**)NativeMemory.Alloc((nuint)size);
        byte* bytes = (byte*)(pointers + strings.Count + 1);
        byte* end = (byte*)pointers + size;
        for (int i = 0; i < strings.Count; i++)
        {
            pointers[i] = bytes;
            fixed (char* chars = strings[i])
                bytes += strings[i].Length == 0 ? 0 : Encoding.UTF8.GetBytes(chars, strings[i].Length, bytes, (int)(end - bytes));
            *bytes++ = 0;
        }

        pointers[strings.Count] = null;
        return new CStringArray(pointers);
    }

    /// <summary>From strings that each end with a NUL, as <c>/proc/PID/cmdline</c> has them.</summary>
    public static CStringArray FromBlock(ReadOnlySpan<byte> block)
    {
        int count = block.Count((byte)0);
        nuint head = (nuint)((count + 1) * sizeof(byte*));
        byte** pointers = (byte**)NativeMemory.Alloc(head + (nuint)block.Length);
        byte* bytes = (byte*)pointers + head;
        block.CopyTo(new Span<byte>(bytes, block.Length));
        for (int i = 0; i < count; i++)
        {
            pointers[i] = bytes;
            bytes += new ReadOnlySpan<byte>(bytes, block.Length).IndexOf((byte)0) + 1;
        }

        pointers[count] = null;
        return new CStringArray(pointers);
    }
}
