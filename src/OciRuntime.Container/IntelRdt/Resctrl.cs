using System;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IntelRdt;

/// <summary>
/// The file system by which the kernel divides caches and memory bandwidth: its Documentation/filesystems/resctrl.rst.
/// Somebody has to have mounted it; no other way leads to it.
/// </summary>
internal static class Resctrl
{
    /// <summary>Where it is mounted in the caller's mount namespace.</summary>
    /// <exception cref="ContainerException">It is not mounted.</exception>
    public static string MountPoint()
    {
        // Fields as in proc_pid_mountinfo(5): 5 is the mount point, the one after the hyphen the type.
        foreach (string line in MountInfo.Read().Split('\n'))
        {
            int separator = line.IndexOf(" - resctrl ", StringComparison.Ordinal);
            if (separator > 0 && line[..separator].Split(' ') is { Length: >= 5 } fields)
                return MountInfo.Unescape(fields[4]);
        }

        throw new ContainerException(
            "linux.intelRdt is set, but no resctrl file system is mounted",
            "mount -t resctrl resctrl /sys/fs/resctrl, where the processor and the kernel have it");
    }

    /// <summary>A file's content without the white space around it; null when there is none.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            return FileContent.ReadText(AT_FDCWD, path).Trim();
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>A failed operation, with the kernel's own words for it.</summary>
    public static ContainerException Failure(string mountPoint, string doing, LinuxException cause) =>
        new(doing, cause, TryRead(mountPoint + "/info/last_cmd_status") is { Length: > 0 } status and not "ok" ? $"the kernel says: {status}" : null);
}
