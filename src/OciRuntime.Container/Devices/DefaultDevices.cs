using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Devices;

/// <summary>What every container's /dev has (config-linux.md, "Default Devices"; runtime-linux.md, "Dev symbolic links").</summary>
internal static class DefaultDevices
{
    private static readonly (CString Target, CString Name)[] s_links =
    [
        ("/proc/self/fd", "fd"),
        ("/proc/self/fd/0", "stdin"),
        ("/proc/self/fd/1", "stdout"),
        ("/proc/self/fd/2", "stderr"),
    ];

    /// <summary>Paths and numbers of the character devices, whose permissions are 0666.</summary>
    public static (string Path, uint Major, uint Minor)[] All { get; } =
    [
        ("/dev/null", 1, 3),
        ("/dev/zero", 1, 5),
        ("/dev/full", 1, 7),
        ("/dev/random", 1, 8),
        ("/dev/urandom", 1, 9),
        ("/dev/tty", 5, 0),
    ];

    /// <summary>Makes the links; what is there already stays, but for <c>ptmx</c>, which must be the container's own.</summary>
    /// <param name="dev">The container's /dev.</param>
    /// <param name="hasCore">Whether the host's /proc has <c>kcore</c>.</param>
    /// <exception cref="LinuxException">A call failed.</exception>
    public static void MakeLinks(FileDescriptor dev, bool hasCore)
    {
        if (!TryLink("pts/ptmx", dev, "ptmx"))
        {
            Check.Ok(unlinkat(dev, "ptmx", 0), "unlinkat", "/dev/ptmx");
            _ = TryLink("pts/ptmx", dev, "ptmx");
        }
        foreach ((CString target, CString name) in s_links)
            _ = TryLink(target, dev, name);
        if (hasCore)
            _ = TryLink("/proc/kcore", dev, "core");
    }

    private static bool TryLink(CString target, FileDescriptor dev, CString name)
    {
        if (symlinkat(target, dev, name) == 0)
            return true;
        return errno == Errno.EEXIST ? false : throw new LinuxException("symlinkat", errno, $"/dev/{name}");
    }
}
