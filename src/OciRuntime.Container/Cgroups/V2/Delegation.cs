using System;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>Makes a user the owner of a cgroup, so that it may manage cgroups below it (config-linux.md, "Cgroup ownership"; cgroup-v2.rst, "Delegation").</summary>
internal static class Delegation
{
    /// <summary>What kernels before 5.15 do not list.</summary>
    private const string OldKernelsFiles = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads";

    /// <param name="directory">The cgroup.</param>
    /// <param name="uid">Host user id; the group stays.</param>
    /// <exception cref="LinuxException">The owner cannot be changed.</exception>
    public static void ChangeOwner(CgroupDirectory directory, uint uid)
    {
        Check.Ok(fchown(directory.Descriptor, uid, uint.MaxValue), "fchown", directory.Path);
        foreach (string file in Files().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Files of controllers that this cgroup does not have are listed too.
            if (fchownat(directory.Descriptor, file, uid, uint.MaxValue, AT_SYMLINK_NOFOLLOW) < 0 && errno != Errno.ENOENT)
                throw new LinuxException("fchownat", errno, directory.Path + "/" + file);
        }
    }

    private static string Files()
    {
        try
        {
            return FileContent.ReadText(AT_FDCWD, "/sys/kernel/cgroup/delegate");
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return OldKernelsFiles;
        }
    }
}
