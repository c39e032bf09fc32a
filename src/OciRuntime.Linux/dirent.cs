namespace OciRuntime.Linux;

// dirent.h
public static unsafe partial class LibC
{
    public const byte DT_DIR = 4;

    /// <summary>Fills <paramref name="buffer"/> with <c>struct linux_dirent64</c> records; 0 at the end.</summary>
    public static nint getdents64(int fd, byte* buffer, nint size) =>
        syscall(SyscallNumber.getdents64, fd, (nint)buffer, size);
}
