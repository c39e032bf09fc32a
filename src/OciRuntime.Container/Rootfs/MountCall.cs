using System;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// A new mount by <c>mount(2)</c>, for the few options that <c>fsconfig(2)</c> cannot say
/// (<see cref="ParsedMountOptions.NeedsMountCall"/>). The target is the working directory, which is the verified
/// descriptor: no path is resolved.
/// </summary>
internal sealed class MountCall : MountStep
{
    private static readonly (ulong Attribute, ulong Flag)[] s_flags =
    [
        (MOUNT_ATTR_RDONLY, MS_RDONLY), (MOUNT_ATTR_NOSUID, MS_NOSUID), (MOUNT_ATTR_NODEV, MS_NODEV),
        (MOUNT_ATTR_NOEXEC, MS_NOEXEC), (MOUNT_ATTR_NODIRATIME, MS_NODIRATIME), (MOUNT_ATTR_NOATIME, MS_NOATIME),
        (MOUNT_ATTR_STRICTATIME, MS_STRICTATIME), (MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW),
    ];

    private readonly CString _source;
    private readonly CString _type;
    private readonly CString _data;
    private readonly ulong _flags;
    private readonly bool _isTmpfs;

    public MountCall(MountPoint point, ParsedMountOptions options, string type, string data)
        : base(point, options)
    {
        _source = point.Source;
        _type = type;
        _data = data;
        _flags = options.SuperBlock;
        _isTmpfs = type == "tmpfs";
        foreach ((ulong attribute, ulong flag) in s_flags)
        {
            if ((options.Set & attribute) != 0)
                _flags |= flag;
        }
    }

    public override void Apply(ContainerRootfs rootfs)
    {
        ArgumentNullException.ThrowIfNull(rootfs);
        using FileDescriptor target = rootfs.OpenMountPoint(this, directory: true, out statx_t under, out bool isNew);
        CString data = _isTmpfs && TmpfsMount.InheritedMode(Options, isNew ? null : under.stx_mode & 0xFFFu) is { } mode ? $"{mode},{_data}" : _data;
        Check.Ok(fchdir(target), "fchdir", Point.Destination);
        Check.Ok(mount(_source, ".", _type, IsSealedLater ? _flags & ~MS_RDONLY : _flags, data), "mount", _type.ToString());
        FileDescriptor mounted = rootfs.Root.Open(Point.Path, O_PATH | O_DIRECTORY);
        statx_t over = Verify.Stat(mounted);
        // The descriptor is below the new mount, so there is no way but to look it up again.
        if ((over.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0 || over.stx_mnt_id == under.stx_mnt_id)
            throw new LinuxException("mount", Errno.EAGAIN, Point.Destination);
        if (Options.CopyUp)
            TreeCopy.Copy(target, mounted);
        ApplyRecursive(mounted);
        rootfs.Keep(this, mounted);
    }
}
