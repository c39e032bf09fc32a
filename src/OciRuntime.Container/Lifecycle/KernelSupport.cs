using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>What the kernel must have.</summary>
internal static unsafe class KernelSupport
{
    /// <summary>
    /// Asks for mount_setattr(2) of Linux 5.12, the newest of the calls without which there is no way that is as safe: a
    /// mount would be seen before it has its restrictions. openat2 (5.6), the setns of a pidfd (5.8) and close_range
    /// (5.9, its CLOEXEC 5.11) are older. The call is asked, not the version, which a distribution's kernel or a
    /// personality(2) may tell differently.
    /// </summary>
    /// <exception cref="ContainerException">The kernel does not have it.</exception>
    public static void Verify()
    {
        if (mount_setattr(-1, "", 0, null) < 0 && errno == Errno.ENOSYS)
            throw new ContainerException("make a container", new LinuxException("mount_setattr", Errno.ENOSYS), "ocirun needs Linux 5.12 or newer");
    }
}
