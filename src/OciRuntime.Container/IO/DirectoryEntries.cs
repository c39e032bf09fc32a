using System;
using System.Buffers.Binary;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IO;

/// <summary>The names in a directory, getdents64(2), without <c>.</c> and <c>..</c>.</summary>
public static unsafe class DirectoryEntries
{
    private const int BufferSize = 8 * 1024;

    /// <summary>struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name.</summary>
    private const int LengthAt = 16, TypeAt = 18, NameAt = 19;

    /// <summary>Names made or removed meanwhile may be missed.</summary>
    /// <param name="directory">Open for reading, at its beginning.</param>
    /// <param name="action">Takes each name and its <c>DT_*</c> type.</param>
    /// <exception cref="LinuxException">The directory cannot be read.</exception>
    public static void ForEach(FileDescriptor directory, Action<CString, byte> action)
    {
        byte[] buffer = new byte[BufferSize];
        int length;
        do
        {
            fixed (byte* p = buffer)
                length = (int)Check.Ok(getdents64(directory, p, BufferSize), "getdents64");
            for (ReadOnlySpan<byte> rest = buffer.AsSpan(0, length); !rest.IsEmpty;)
            {
                ReadOnlySpan<byte> record = rest[..BinaryPrimitives.ReadUInt16LittleEndian(rest[LengthAt..])];
                ReadOnlySpan<byte> name = record[NameAt..];
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    action(new CString(name), record[TypeAt]);
                rest = rest[record.Length..];
            }
        }
        while (length > 0);
    }
}
