using System;
using System.Buffers;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>Reads and single writes of open files, as the kernel's pseudo file systems want them.</summary>
internal static unsafe class CgroupFile
{
    /// <summary>Reads from the descriptor's present position to the end; false leaves <c>errno</c>.</summary>
    public static bool TryReadAll(int fd, out string text)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
        int length = 0;
        bool ok = true;
        while (true)
        {
            if (length == buffer.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
            nint count;
            fixed (byte* p = &buffer[length])
                count = read(fd, p, buffer.Length - length);
            if (count < 0 && errno == Errno.EINTR)
                continue;
            if (count <= 0)
            {
                ok = count == 0;
                break;
            }
            length += (int)count;
        }
        text = ok ? Encoding.UTF8.GetString(buffer, 0, length) : "";
        ArrayPool<byte>.Shared.Return(buffer);
        return ok;
    }

    /// <summary>Writes in one call; 0 or the errno.</summary>
    public static int Write(int fd, CString value)
    {
        fixed (byte* p = value)
        {
            while (write(fd, p, value.Bytes.Length) < 0)
                if (errno != Errno.EINTR)
                    return errno;
        }
        return 0;
    }
}
