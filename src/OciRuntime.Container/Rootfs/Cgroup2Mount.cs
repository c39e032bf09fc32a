using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// The v2 hierarchy. A new mount shows the cgroup namespace's part of it. Without a cgroup namespace the host's mount
/// is copied instead: it shows the same, and a mount from the initial cgroup namespace would reset the options of the
/// whole hierarchy, such as <c>nsdelegate</c> (kernel, apply_cgroup_root_flags).
/// </summary>
internal sealed class Cgroup2Mount : FileSystemMount
{
    private readonly CString _hostMount;
    private readonly CString _containerCgroup;

    /// <param name="point">Where.</param>
    /// <param name="options">The options.</param>
    /// <param name="parameters">For a new mount.</param>
    /// <param name="hostMount">The host's mount of the hierarchy.</param>
    /// <param name="containerCgroup">The container's own cgroup on the host; null when it has none.</param>
    public Cgroup2Mount(MountPoint point, ParsedMountOptions options, FileSystemParameter[] parameters, string hostMount, string? containerCgroup)
        : base(point, options, "cgroup2", parameters)
    {
        _hostMount = hostMount;
        _containerCgroup = containerCgroup;
    }

    protected override FileDescriptor Create(ContainerRootfs rootfs, FileDescriptor target, uint? mode)
    {
        if (!rootfs.Plan.HasCgroupNamespace)
            return Copy(_hostMount);
        try
        {
            return base.Create(rootfs, target, mode);
        }
        // A user namespace that does not own the cgroup namespace (EPERM); a mount that is there already (EBUSY).
        catch (LinuxException e) when (e.Errno is Errno.EPERM or Errno.EBUSY)
        {
            return Copy(_containerCgroup.Bytes.Length > 0 ? _containerCgroup : _hostMount);
        }
    }

    private FileDescriptor Copy(CString directory)
    {
        FileDescriptor copy = DetachedMount.Clone(AT_FDCWD, directory, recursive: false);
        ApplyExact(copy, keepOthers: false, MS_PRIVATE);
        return copy;
    }
}
