using System;
using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/xattr.h
public static unsafe partial class LibC
{
    [DllImport(libc, EntryPoint = nameof(fsetxattr), SetLastError = true)]
    private static extern int fsetxattr(int fd, byte* name, byte* value, nint size, int flags);

    /// <summary>The attribute's value is the string's bytes, without the final NUL.</summary>
    public static int fsetxattr(int fd, CString name, CString value, int flags)
    {
        fixed (byte* n = name, v = value)
            return fsetxattr(fd, n, v, value.Bytes.Length, flags);
    }
}
