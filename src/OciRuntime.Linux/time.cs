using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// time.h
public static partial class LibC
{
    [StructLayout(LayoutKind.Sequential)]
    public struct timespec
    {
        public long tv_sec;
        public long tv_nsec;
    }
}
