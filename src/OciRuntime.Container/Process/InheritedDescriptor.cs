using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>What came from the caller through its exec of the runtime.</summary>
internal static class InheritedDescriptor
{
    /// <summary>
    /// Whether a descriptor is the caller's. The .NET runtime opens files before <c>Main</c>, and the runtime its own;
    /// those are all close-on-exec, as nothing that came through an exec can be.
    /// </summary>
    public static bool Exists(int fd)
    {
        int flags = fcntl(fd, F_GETFD, 0);
        return flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
}
