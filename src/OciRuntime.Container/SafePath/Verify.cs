using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.SafePath;

/// <summary>Questions asked of an open descriptor, whose answers cannot change behind our back.</summary>
public static class Verify
{
    /// <summary>The magic number of the file system that the descriptor is on.</summary>
    public static long FileSystemType(int fd)
    {
        Check.Ok(fstatfs(fd, out statfs_t result), "fstatfs");
        return result.f_type;
    }

    /// <summary>Type, inode, device and mount of the descriptor's file.</summary>
    public static statx_t Stat(int fd)
    {
        Check.Ok(fstatx(fd, out statx_t result, STATX_BASIC_STATS | STATX_MNT_ID), "statx");
        return result;
    }

    /// <summary>Whether a file is a device node (or FIFO) of this type and number.</summary>
    /// <param name="stat">Of the file.</param>
    /// <param name="type"><c>S_IFCHR</c>, <c>S_IFBLK</c> or <c>S_IFIFO</c>, which has no number.</param>
    /// <param name="major">Of the driver.</param>
    /// <param name="minor">Of the device.</param>
    public static bool IsDevice(in statx_t stat, uint type, uint major, uint minor) =>
        stat.Type == type && (type == S_IFIFO || (stat.stx_rdev_major == major && stat.stx_rdev_minor == minor));

    /// <summary>
    /// That what is called /dev/null is the null device: an image that replaces it would otherwise choose what is
    /// mounted over masked paths (CVE-2025-31133).
    /// </summary>
    /// <exception cref="ContainerException">It is something else.</exception>
    public static void IsDevNull(int fd)
    {
        statx_t stat = Stat(fd);
        if (!IsDevice(stat, S_IFCHR, 1, 3))
            throw new ContainerException("the container's /dev/null is not the null device (character device 1:3)");
    }

    /// <summary>Whether two descriptors name the same file through the same mount.</summary>
    public static bool IsSame(in statx_t a, in statx_t b) => a.stx_mnt_id == b.stx_mnt_id && IsSameInode(a, b);

    /// <summary>Whether two descriptors name the same file, through whichever mounts.</summary>
    public static bool IsSameInode(in statx_t a, in statx_t b) =>
        a.stx_ino == b.stx_ino && a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor;
}
