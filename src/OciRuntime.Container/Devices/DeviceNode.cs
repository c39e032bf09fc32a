using System;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Devices;

/// <summary>A device node or FIFO to make in a container (config-linux.md, "Devices"; mknod(2)).</summary>
internal sealed class DeviceNode : IDisposable
{
    private readonly string? _property;
    private FileDescriptor _tree;

    private DeviceNode(string path, uint type, uint major, uint minor, uint mode, uint uid, uint gid, string? property)
    {
        Path = LexicalPath.Clean(path);
        Directory = LexicalPath.Parent(Path);
        Name = LexicalPath.Name(Path);
        Type = type;
        Major = major;
        Minor = minor;
        Mode = mode;
        UID = uid;
        GID = gid;
        _property = property;
    }

    /// <summary>Cleaned, inside the container; where the node is bound from the host, most likely also there.</summary>
    public string Path { get; }

    /// <summary>The part of <see cref="Path"/> before the last slash.</summary>
    public CString Directory { get; }

    public CString Name { get; }

    /// <summary><c>S_IFCHR</c>, <c>S_IFBLK</c> or <c>S_IFIFO</c>.</summary>
    public uint Type { get; }

    public uint Major { get; }

    public uint Minor { get; }

    /// <summary>Permission bits.</summary>
    public uint Mode { get; }

    /// <summary>An id of the container.</summary>
    public uint UID { get; }

    /// <summary>An id of the container.</summary>
    public uint GID { get; }

    /// <summary>One of the character devices that every container has ("Default Devices").</summary>
    public static DeviceNode Default(string path, uint major, uint minor) =>
        new(path, S_IFCHR, major, minor, 0x1B6 /* 0666 */, 0, 0, property: null);

    /// <param name="device">The config's.</param>
    /// <param name="index">In <c>linux.devices</c>.</param>
    /// <param name="warn">Gets what is left out.</param>
    /// <exception cref="ContainerException">A property is missing or out of range.</exception>
    public static DeviceNode FromConfig(LinuxDevice device, int index, Action<string> warn)
    {
        string property = $"linux.devices[{index}]";
        if (!device.Path.StartsWith('/') || LexicalPath.Clean(device.Path) == "/")
            throw new ContainerException($"{property}.path: \"{device.Path}\" is not an absolute path of a file");
        uint type = device.Type switch
        {
            "c" or "u" => S_IFCHR,
            "b" => S_IFBLK,
            "p" => S_IFIFO,
            _ => throw new ContainerException($"{property}.type: \"{device.Type}\" is not c, b, u or p"),
        };
        // 12 and 20 bits are what the kernel's dev_t holds.
        uint major = type == S_IFIFO ? 0 : Number(device.Major, 0xFFF, $"{property}.major");
        uint minor = type == S_IFIFO ? 0 : Number(device.Minor, 0xFFFFF, $"{property}.minor");
        // Engines pass on what stat(2) says, with the type; like mknod(2), runc drops whatever else is beyond the permissions.
        uint mode = (device.FileMode ?? 0x1B6 /* 0666 */) & ~S_IFMT;
        if (mode > 0xFFF)
            warn($"{property}.fileMode: {device.FileMode} is more than 4095 (07777), and counts as {mode & 0xFFF}");
        return new DeviceNode(device.Path, type, major, minor, mode & 0xFFF, device.UID ?? 0, device.GID ?? 0, property);
    }

    /// <summary>Copies the host's node for a bind mount; false when the calling process may not (EPERM).</summary>
    /// <exception cref="ContainerException">The host has no such node.</exception>
    public bool TryOpenSource()
    {
        if (!TryOpenSource(Path))
            return false;
        if (!_tree.IsOpen && KernelsPath() is { } path && !TryOpenSource(path))
            return false;
        if (!_tree.IsOpen)
            throw new ContainerException($"device {Path}: the host has no node of the device {this}, and a user namespace cannot make one");
        DetachedMount.SetAttributes(_tree, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0, MS_PRIVATE);
        return true;
    }

    /// <summary>Opens nothing where the host has nothing, or something else.</summary>
    private bool TryOpenSource(string path)
    {
        int fd = DetachedMount.TryClone(AT_FDCWD, path, recursive: false);
        if (fd < 0 && errno is Errno.ENOENT or Errno.ENOTDIR)
            return true;
        if (fd < 0 && errno == Errno.EPERM)
            return false;
        FileDescriptor tree = Check.Fd(fd, "open_tree", path);
        if (Verify.IsDevice(Verify.Stat(tree), Type, Major, Minor))
            _tree = tree;
        else
            tree.Dispose();
        return true;
    }

    /// <summary>The name that the kernel gives the device, and with it devtmpfs and udev; null when it has none.</summary>
    private string? KernelsPath()
    {
        const string key = "DEVNAME=";
        string file = $"/sys/dev/{(Type == S_IFBLK ? "block" : "char")}/{Major}:{Minor}/uevent";
        if (faccessat(AT_FDCWD, file, F_OK, 0) < 0)
            return null;
        foreach (string line in FileContent.ReadText(AT_FDCWD, file).Split('\n'))
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
                return "/dev/" + line[key.Length..];
        }

        return null;
    }

    /// <summary>Makes the node, or where that is not possible binds the host's.</summary>
    /// <param name="directory">The open <see cref="Directory"/>.</param>
    /// <param name="bind">Whether to bind without trying: a user namespace may not make nodes.</param>
    /// <exception cref="LinuxException">A call failed.</exception>
    /// <exception cref="ContainerException">The path is taken by something else.</exception>
    public void Make(FileDescriptor directory, bool bind)
    {
        if (!bind || Type == S_IFIFO)
        {
            if (mknodat(directory, Name, Type | Mode, makedev(Major, Minor)) == 0)
            {
                SetOwner(directory);
                return;
            }
            if (errno == Errno.EEXIST)
            {
                CheckExisting(directory);
                return;
            }
            if (errno != Errno.EPERM)
                throw new LinuxException("mknodat", errno, Path);
        }
        else if (_property is not null && faccessat(directory, Name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        {
            CheckExisting(directory);
        }
        if (!_tree.IsOpen && !TryOpenSource())
            throw new LinuxException("open_tree", Errno.EPERM, Path);
        FileDescriptor tree = _tree;
        _tree = default;
        BindOver(directory, Name, tree);
    }

    /// <summary>Attaches a mount of a file onto <paramref name="name"/>, which is made if it is missing and is never a link.</summary>
    /// <param name="directory">An open directory inside the container.</param>
    /// <param name="name">Of a file in it.</param>
    /// <param name="tree">A detached mount; closed in any case.</param>
    public static void BindOver(FileDescriptor directory, CString name, FileDescriptor tree)
    {
        using (tree)
        {
            int made = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0x1B6 /* 0666 */);
            if (made >= 0)
                _ = close(made);
            else if (errno != Errno.EEXIST)
                throw new LinuxException("openat", errno, name.ToString());
            using FileDescriptor target = Check.Fd(openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), "openat", name.ToString());
            if (Verify.Stat(target).Type == S_IFLNK)
                throw new LinuxException("openat", Errno.ELOOP, name.ToString());
            DetachedMount.Attach(tree, target);
        }
    }

    public void Dispose()
    {
        _tree.Dispose();
        _tree = default;
    }

    public override string ToString() => Type switch
    {
        S_IFIFO => "fifo",
        S_IFBLK => $"b {Major}:{Minor}",
        _ => $"c {Major}:{Minor}",
    };

    private static uint Number(long? value, uint maximum, string property) =>
        value is null ? throw new ContainerException($"{property} is missing")
        : value < 0 || value > maximum ? throw new ContainerException($"{property}: {value} is not a device number (0 to {maximum})")
        : (uint)value;

    private void SetOwner(FileDescriptor directory)
    {
        if ((UID | GID) == 0)
            return;
        using FileDescriptor node = Check.Fd(openat(directory, Name, O_PATH | O_NOFOLLOW | O_CLOEXEC), "openat", Path);
        // The file may have been exchanged since it was made, where the directory is the image's.
        CheckType(node);
        Check.Ok(fchownat(node, "", UID, GID, AT_EMPTY_PATH), "fchownat", Path);
    }

    /// <summary>
    /// A device of the config that the image has otherwise is an error, as the specification says. A default device
    /// may have been put there by a mount: that is left alone.
    /// </summary>
    private void CheckExisting(FileDescriptor directory)
    {
        if (_property is null)
            return;
        using FileDescriptor node = Check.Fd(openat(directory, Name, O_PATH | O_NOFOLLOW | O_CLOEXEC), "openat", Path);
        CheckType(node);
    }

    private void CheckType(FileDescriptor node)
    {
        if (!Verify.IsDevice(Verify.Stat(node), Type, Major, Minor))
            throw new ContainerException($"{_property ?? "device"}: {Path} exists and is not the device {this}");
    }
}
