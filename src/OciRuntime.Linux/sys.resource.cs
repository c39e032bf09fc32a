using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/resource.h
public static unsafe partial class LibC
{
    public const int RLIMIT_MEMLOCK = 8;
    public const ulong RLIM_INFINITY = ulong.MaxValue;

    public struct rlimit
    {
        public ulong rlim_cur;
        public ulong rlim_max;
    }

    [DllImport(libc, SetLastError = true)]
    public static extern int prlimit64(int pid, int resource, rlimit* newLimit, rlimit* oldLimit);
}
