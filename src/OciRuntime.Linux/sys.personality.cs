using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/personality.h
public static unsafe partial class LibC
{
    public const nuint PER_LINUX = 0;
    public const nuint PER_LINUX32 = 8;

    [DllImport(libc, SetLastError = true)]
    public static extern int personality(nuint persona);
}
