using System;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IO;

/// <summary>The names in a directory, getdents64(2), without <c>.</c> and <c>..</c>.</summary>
public static unsafe class DirectoryEntries
{
    private const int BufferSize = 32 * 1024;

    /// <summary>Calls <paramref name="action"/> with the directory and each name. Names made or removed meanwhile may be missed.</summary>
    public static void ForEach(FileDescriptor directory, Action<FileDescriptor, string> action)
    {
        byte[] buffer = new byte[BufferSize];
        fixed (byte* p = buffer)
        {
            nint n;
            while ((n = Check.Ok(getdents64(directory, p, BufferSize), "getdents64")) > 0)
            {
                for (nint at = 0; at < n; at += *(ushort*)(p + at + 16))
                {
                    // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name
                    byte* name = p + at + 19;
                    int length = new ReadOnlySpan<byte>(name, 256).IndexOf((byte)0);
                    string text = Encoding.UTF8.GetString(name, length);
                    if (text is not ("." or ".."))
                        action(directory, text);
                }
            }
        }
    }
}
