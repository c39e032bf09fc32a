using System;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// A bind mount of a file or directory of the host. Where <see cref="RootfsPlan.CopiesSourcesEarly"/>, a parent that
/// may mount copies the source: the container can then be given what only the host's root can reach. Otherwise the
/// child does it.
/// </summary>
internal sealed class BindMount : MountStep
{
    private readonly CString _source;
    private readonly ulong _basePropagation;
    private readonly bool _keepFlags;
    private readonly FileDescriptor _idMap;
    private FileDescriptor _tree;

    /// <param name="point">Its source is the absolute path on the host.</param>
    /// <param name="options">The options.</param>
    /// <param name="basePropagation">
    /// What the copy of a host mount is before the options are applied: a slave usually, so that mounts inside the
    /// container do not appear on the host; 0 keeps it a peer (<c>linux.rootfsPropagation</c> shared).
    /// </param>
    /// <param name="idMap">The user namespace with the ids of its files, for <see cref="TryOpenSource"/>, which then has to succeed; none: they are the source's.</param>
    /// <param name="keepFlags">Whether flags that the options do not mention are kept.</param>
    public BindMount(MountPoint point, ParsedMountOptions options, ulong basePropagation, bool keepFlags, FileDescriptor idMap = default)
        : base(point, options)
    {
        _source = point.Source;
        _basePropagation = basePropagation;
        _keepFlags = keepFlags;
        _idMap = idMap;
    }

    /// <summary>Copies the source in the calling process; false when it may not (EPERM).</summary>
    /// <exception cref="LinuxException">The source does not exist, and so on.</exception>
    public bool TryOpenSource()
    {
        int fd = DetachedMount.TryClone(AT_FDCWD, _source, Options.Recursive);
        if (fd < 0 && errno == Errno.EPERM)
            return false;
        _tree = Check.Fd(fd, "open_tree", Point.Source);
        if (_idMap.IsOpen)
            DetachedMount.MapIds(_tree, _idMap, Options.RecursiveIdMap);
        Configure(_tree);
        return true;
    }

    public override void Apply(ContainerRootfs rootfs)
    {
        if (!_tree.IsOpen)
        {
            _tree = DetachedMount.Clone(AT_FDCWD, _source, Options.Recursive);
            Configure(_tree);
        }
        using (_tree)
        using (FileDescriptor target = rootfs.OpenMountPoint(this, Verify.Stat(_tree).IsDirectory, out _, out _))
            DetachedMount.Attach(_tree, target);
        _tree = default;
    }

    /// <summary>Whether the source was copied already.</summary>
    public bool IsOpen => _tree.IsOpen;

    /// <summary>Whether the source is a procfs, the only thing that may be bound onto /proc.</summary>
    public bool IsProc => _tree.IsOpen && Verify.FileSystemType(_tree) == PROC_SUPER_MAGIC;

    public override string? Remedy(LinuxException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return (error.Call, error.Errno) switch
        {
            ("mount_setattr(MOUNT_ATTR_IDMAP)", Errno.EINVAL) => "the source's file system, or one below it, cannot be id-mapped by this kernel",
            ("mount_setattr(MOUNT_ATTR_IDMAP)", Errno.EPERM) => "it needs CAP_SYS_ADMIN in the user namespace that mounted the source, " +
                "and a source that is not id-mapped already",
            ("open_tree", Errno.EPERM) when _idMap.IsOpen => "an id-mapped mount needs CAP_SYS_ADMIN: it is not for rootless containers",
            ("mount_setattr", Errno.EPERM) => "the source's mount has flags that this user namespace may not clear: " +
                "leave out the options that turn them off",
            ("move_mount", Errno.ENOTDIR) => "source and destination must both be directories, or both not",
            _ => null,
        };
    }

    public override void Close()
    {
        _tree.Dispose();
        _tree = default;
    }

    private void Configure(FileDescriptor tree)
    {
        ulong propagation = OverridesBase() ? 0 : _basePropagation;
        if (propagation != 0 && (Options.Recursive || !Options.HasAttributes))
            DetachedMount.SetAttributes(tree, 0, 0, propagation, Options.Recursive);
        if (Options.HasAttributes)
            ApplyExact(tree, _keepFlags, Options.Recursive ? 0 : propagation);
        ApplyRecursive(tree);
    }

    /// <summary>Whether the first thing that the options say about propagation makes the base irrelevant.</summary>
    private bool OverridesBase()
    {
        if (Options.Propagation.Count == 0 || !(Options.Propagation[0].Recursive || !Options.Recursive))
            return false;
        ulong first = Options.Propagation[0].Flag;
        return first is MS_PRIVATE or MS_UNBINDABLE || first == _basePropagation;
    }
}
