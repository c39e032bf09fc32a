using System;
using OciRuntime.Container.Errors;
using OciRuntime.Container.SafePath;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// Keeps /proc what it seems to be. Something else in its place would take the container's masked and read-only paths
/// with it and swallow what programs write there (CVE-2019-16884, CVE-2019-19921, CVE-2023-28642).
/// </summary>
internal static class ProcGuard
{
    private static readonly string[] s_files =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/slabinfo", "/proc/stat", "/proc/swaps",
        "/proc/sys/crypto/fips_enabled", "/proc/sys/kernel/ns_last_pid", "/proc/uptime",
    ];

    /// <summary>In the parent: by the path that the config names.</summary>
    /// <exception cref="ContainerException">The destination is in /proc and the mount does not belong there.</exception>
    public static void Check(MountStep step, string type)
    {
        string destination = step.Point.Destination;
        if (!LexicalPath.IsInside(destination, "/proc") || Array.IndexOf(s_files, destination) >= 0)
            return;
        if (destination != "/proc")
            throw new ContainerException($"{step.Description}: \"{destination}\" cannot be mounted because it is inside /proc");
        // A source that the parent has not opened is checked by the child.
        if (type == "proc" || step is BindMount { IsOpen: false } or BindMount { IsProc: true })
            return;
        throw new ContainerException($"{step.Description}: \"/proc\" cannot be mounted because it is not of type proc");
    }

    /// <summary>In the child: by where the destination led, through whatever links the image has.</summary>
    /// <exception cref="ContainerException">It led into a procfs, or it is /proc and the source is none.</exception>
    public static void Check(MountStep step, int target)
    {
        if (step is BindMount { IsProc: false } && step.Point.Destination == "/proc")
            throw new ContainerException($"{step.Description}: \"/proc\" cannot be mounted because it is not of type proc");
        if (Verify.FileSystemType(target) != PROC_SUPER_MAGIC || Array.IndexOf(s_files, step.Point.Destination) >= 0)
            return;
        if (step is BindMount { IsProc: true } && step.Point.Destination == "/proc")
            return;
        throw new ContainerException($"{step.Description}: \"{step.Point.Destination}\" cannot be mounted because it is inside /proc");
    }
}
