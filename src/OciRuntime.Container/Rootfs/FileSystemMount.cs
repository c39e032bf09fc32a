using System;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>A new mount of a file system type: proc, devpts, overlay, whatever the kernel has.</summary>
internal class FileSystemMount : MountStep
{
    private readonly FileSystemParameter[] _parameters;

    public FileSystemMount(MountPoint point, ParsedMountOptions options, string type, FileSystemParameter[] parameters)
        : base(point, options)
    {
        Type = type;
        TypeName = type;
        _parameters = parameters;
    }

    public string Type { get; }

    protected CString TypeName { get; }

    /// <summary>The SELinux label of the root directory, for a file system without a <c>context</c> parameter.</summary>
    public CString RootLabel { get; init; }

    /// <summary>Flags of the mount while it is being filled.</summary>
    protected ulong Attributes => IsSealedLater ? Options.Set & ~MOUNT_ATTR_RDONLY : Options.Set;

    public override void Apply(ContainerRootfs rootfs)
    {
        using FileDescriptor target = rootfs.OpenMountPoint(this, directory: true, out statx_t stat, out bool isNew);
        FileDescriptor mount = Create(rootfs, target, isNew ? null : stat.stx_mode & 0xFFFu);
        if (RootLabel.Bytes.Length > 0)
            Label(mount);
        ApplyRecursive(mount);
        DetachedMount.Attach(mount, target);
        rootfs.Keep(this, mount);
    }

    /// <summary>Makes the detached mount.</summary>
    /// <param name="rootfs">The root file system so far.</param>
    /// <param name="target">The directory that the mount will cover.</param>
    /// <param name="mode">The permissions of that directory if it was not made just now.</param>
    protected virtual FileDescriptor Create(ContainerRootfs rootfs, FileDescriptor target, uint? mode) =>
        FileSystem.Mount(TypeName, _parameters, Attributes);

    /// <summary>As <see cref="Create"/>, with parameters in front of those of the config.</summary>
    protected FileDescriptor CreateWith(FileSystemParameter parameter) =>
        FileSystem.Mount(TypeName, [parameter, .. _parameters], Attributes);

    public override string? Remedy(LinuxException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return (error.Call, error.Errno, Type) switch
        {
            ("fsopen", Errno.ENODEV, "bind") => "a bind mount has \"bind\" or \"rbind\" in its options",
            ("fsopen", Errno.ENODEV, _) => "the kernel does not have this file system: see /proc/filesystems",
            (_, Errno.EPERM, "proc") => "procfs needs a PID namespace that the user namespace owns, and a /proc that is not partly covered: " +
                "add {\"type\":\"pid\"} to linux.namespaces",
            (_, Errno.EPERM, "sysfs") => "sysfs needs a network namespace that the user namespace owns: add {\"type\":\"network\"} to linux.namespaces",
            (_, Errno.EPERM, "mqueue") => "mqueue needs an IPC namespace that the user namespace owns: add {\"type\":\"ipc\"} to linux.namespaces",
            ("openat2", Errno.ELOOP, "proc" or "sysfs") => $"filesystem \"{Type}\" must be mounted on ordinary directory",
            ("fsconfig", Errno.EINVAL, _) when error.Subject?.Contains(" context=", StringComparison.Ordinal) == true =>
                "the loaded SELinux policy does not know this label (linux.mountLabel)",
            ("move_mount", Errno.ENOTDIR, _) => "the destination must be a directory",
            _ => null,
        };
    }

    private static void ThrowIfNotLabelled(int result) => Check.Ok(result, "fsetxattr", "security.selinux");

    private void Label(FileDescriptor mount)
    {
        using FileDescriptor directory = Check.Fd(openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "openat", Type);
        ThrowIfNotLabelled(fsetxattr(directory, "security.selinux", RootLabel, 0));
    }
}
