using System;
using System.Collections.Generic;
using OciRuntime.Container.IO;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// Without pivot_root the host's mounts stay in the container's mount namespace. The kernel allows a new, unmasked
/// procfs or sysfs wherever a complete one is in reach, so the host's complete ones have to go.
/// </summary>
internal static class HostPseudoFileSystems
{
    /// <summary>Takes off, or covers where that is not allowed, every complete procfs and sysfs outside of <paramref name="root"/>.</summary>
    public static void Hide(string root)
    {
        foreach (string mountPoint in Find(MountInfo.Read(), root))
        {
            CString path = mountPoint;
            // What is gone already was on something that was taken off before.
            if (mount(default, path, default, MS_SLAVE | MS_REC, default) < 0)
            {
                if (errno == Errno.ENOENT)
                    continue;
                throw new LinuxException("mount", errno, mountPoint);
            }
            if (umount2(path, MNT_DETACH) == 0)
                continue;
            if (errno is not (Errno.EINVAL or Errno.EPERM))
                throw new LinuxException("umount2", errno, mountPoint);
            Check.Ok(mount("tmpfs", path, "tmpfs", 0, default), "mount", mountPoint);
        }
    }

    /// <summary>Fields as in proc_pid_mountinfo(5): the 4th is the root of the mount, the 5th the mount point.</summary>
    internal static List<string> Find(string mountInfo, string root)
    {
        List<string> found = [];
        foreach (string line in mountInfo.Split('\n'))
        {
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, "-");
            if (separator < 6 || separator + 1 >= fields.Length || fields[separator + 1] is not ("proc" or "sysfs") || fields[3] != "/")
                continue;
            string mountPoint = MountInfo.Unescape(fields[4]);
            if (!LexicalPath.IsInside(mountPoint, root))
                found.Add(mountPoint);
        }
        return found;
    }
}
