using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// <c>"type": "cgroup"</c> on a host with v1 hierarchies: a tmpfs with one directory per hierarchy. With a cgroup
/// namespace each is a new mount, which shows the namespace's part; without, a copy of the container's own cgroup.
/// </summary>
internal sealed class CgroupMount : MountStep
{
    private const ulong Flags = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

    private static readonly CString s_tmpfs = "tmpfs";
    private static readonly CString s_cgroup = "cgroup";

    private readonly FileSystemParameter[] _tmpfsParameters;
    private readonly CgroupView[] _views;

    public CgroupMount(MountPoint point, ParsedMountOptions options, FileSystemParameter[] tmpfsParameters, CgroupView[] views)
        : base(point, options)
    {
        _tmpfsParameters = tmpfsParameters;
        _views = views;
    }

    public override void Apply(ContainerRootfs rootfs)
    {
        FileDescriptor top = FileSystem.Mount(s_tmpfs, _tmpfsParameters, Flags);
        using (FileDescriptor target = rootfs.OpenMountPoint(this, directory: true, out _, out _))
            DetachedMount.Attach(top, target);
        foreach (CgroupView view in _views)
        {
            string name = view.Name.ToString();
            using FileDescriptor hierarchy = rootfs.Plan.HasCgroupNamespace
                ? FileSystem.Mount(s_cgroup, view.Parameters, Flags | (Options.Set & MOUNT_ATTR_RDONLY))
                : Copy(view);
            Check.Ok(mkdirat(top, view.Name, 0x1ED /* 0755 */), "mkdirat", name);
            using FileDescriptor directory = Check.Fd(
                openat(top, view.Name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC), "openat", name);
            DetachedMount.Attach(hierarchy, directory);
            foreach (CString link in view.Links)
                Check.Ok(symlinkat(view.Name, top, link), "symlinkat", link.ToString());
        }
        if (Options.IsReadonly)
            DetachedMount.SetAttributes(top, MOUNT_ATTR_RDONLY);
        // Last, so that what is recursive reaches the hierarchies, which are mounts below this one.
        ApplyRecursive(top);
        rootfs.Keep(this, top);
    }

    private FileDescriptor Copy(CgroupView view)
    {
        int fd = view.Directory is { } own ? DetachedMount.TryClone(AT_FDCWD, own, recursive: false) : -1;
        // An unprivileged user may not have been able to make a cgroup there.
        FileDescriptor copy = fd >= 0 ? new FileDescriptor(fd)
            : view.Directory is null || errno == Errno.ENOENT ? DetachedMount.Clone(AT_FDCWD, view.CallerDirectory, recursive: false)
            : throw new LinuxException("open_tree", errno, view.Directory.ToString());
        ApplyExact(copy, keepOthers: false, MS_PRIVATE);
        return copy;
    }
}
