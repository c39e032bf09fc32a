using System;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// <c>linux.maskedPaths</c>: files are covered by the null device, directories by one empty, read-only tmpfs that all
/// of them share. The first mount of each kind is the model that the others are copied from.
/// </summary>
internal sealed class MaskedPaths : IDisposable
{
    private const ulong Flags = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

    private static readonly CString s_devNull = "/dev/null";
    private static readonly CString s_tmpfs = "tmpfs";

    private readonly RootDirectory _root;
    private readonly string? _label;
    private FileDescriptor _file;
    private FileDescriptor _directory;

    public MaskedPaths(RootDirectory root, string? label)
    {
        _root = root;
        _label = label;
    }

    /// <summary>Does nothing when the path does not exist.</summary>
    public void Apply(CString path)
    {
        using FileDescriptor target = _root.TryOpen(path, O_PATH);
        if (!target.IsOpen)
            return;
        if (Verify.Stat(target).IsDirectory)
            Cover(ref _directory, target, MakeDirectory);
        else
            Cover(ref _file, target, MakeFile);
    }

    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    private static void Cover(ref FileDescriptor model, FileDescriptor target, Func<FileDescriptor> make)
    {
        if (!model.IsOpen)
        {
            model = make();
            DetachedMount.Attach(model, target);
            return;
        }
        using FileDescriptor copy = DetachedMount.Clone(model, "", recursive: false);
        DetachedMount.Attach(copy, target);
    }

    private FileDescriptor MakeFile()
    {
        using FileDescriptor devNull = _root.Open(s_devNull, O_PATH);
        Verify.IsDevNull(devNull);
        FileDescriptor copy = DetachedMount.Clone(devNull, "", recursive: false);
        // Not nodev: programs that read what is masked get an end of file, as they do from runc.
        DetachedMount.SetAttributes(copy, Flags & ~MOUNT_ATTR_NODEV, 0, MS_PRIVATE);
        return copy;
    }

    private FileDescriptor MakeDirectory()
    {
        try
        {
            return FileSystem.Mount(s_tmpfs, Parameters("1"), Flags);
        }
        catch (LinuxException e) when (e.Errno == Errno.EINVAL)
        {
            // Ubuntu's 5.4 kernel does not take fewer than two inodes.
            return FileSystem.Mount(s_tmpfs, Parameters("2"), Flags);
        }
    }

    private FileSystemParameter[] Parameters(string inodes)
    {
        FileSystemParameter[] size = [new("source", "tmpfs"), new("ro"), new("nr_blocks", "1"), new("nr_inodes", inodes)];
        return _label is null ? size : [.. size, new("context", _label)];
    }
}
