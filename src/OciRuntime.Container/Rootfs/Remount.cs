using System;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// Changes what is mounted at a destination already: with <c>bind</c> the mount's flags, otherwise the file
/// system's parameters as well.
/// </summary>
internal sealed class Remount : MountStep
{
    private readonly CString _type;
    private readonly FileSystemParameter[] _parameters;

    public Remount(MountPoint point, ParsedMountOptions options, string type, FileSystemParameter[] parameters)
        : base(point, options)
    {
        _type = type;
        _parameters = parameters;
    }

    public override void Apply(ContainerRootfs rootfs)
    {
        ArgumentNullException.ThrowIfNull(rootfs);
        using FileDescriptor target = rootfs.Root.Open(Point.Path, O_PATH);
        if (!Options.Bind)
            FileSystem.Reconfigure(target, _type, _parameters);
        ApplyExact(target, keepOthers: false);
        ApplyRecursive(target);
    }

    public override string? Remedy(LinuxException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Errno == Errno.EINVAL && error.Call is "fspick" or "mount_setattr"
            ? "\"remount\" needs something that is mounted at the destination"
            : null;
    }
}
