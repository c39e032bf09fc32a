using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/mman.h, sys/sendfile.h
public static unsafe partial class LibC
{
    public const uint MFD_CLOEXEC = 1;
    public const uint MFD_ALLOW_SEALING = 2;

    public static int memfd_create(CString name, uint flags)
    {
        fixed (byte* p = name)
            return (int)syscall(SyscallNumber.memfd_create, (nint)p, (nint)flags);
    }

    public const int MADV_DONTNEED = 4;

    [DllImport(libc, SetLastError = true)]
    public static extern int madvise(void* address, nint length, int advice);

    [DllImport(libc, SetLastError = true)]
    public static extern nint sendfile(int outFd, int inFd, long* offset, nint count);
}
