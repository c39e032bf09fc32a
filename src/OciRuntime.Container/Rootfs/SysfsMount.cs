using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// A sysfs. A user namespace that does not own the network namespace may not mount one; where a read-only one
/// is asked for, it gets a copy of the host's mounts at /sys.
/// </summary>
internal sealed class SysfsMount : FileSystemMount
{
    public SysfsMount(MountPoint point, ParsedMountOptions options, FileSystemParameter[] parameters)
        : base(point, options, "sysfs", parameters)
    {
    }

    protected override FileDescriptor Create(ContainerRootfs rootfs, FileDescriptor target, uint? mode)
    {
        try
        {
            return base.Create(rootfs, target, mode);
        }
        catch (LinuxException e) when (e.Errno == Errno.EPERM && Options.IsReadonly)
        {
            FileDescriptor copy = DetachedMount.Clone(AT_FDCWD, "/sys", recursive: true);
            // Also what is mounted below, the cgroups above all: a new sysfs would not have it.
            DetachedMount.SetAttributes(copy, Options.Set, Options.Clear & MOUNT_ATTR__ATIME, MS_PRIVATE, recursive: true);
            return copy;
        }
    }
}
