using System;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.SafePath;

/// <summary>
/// A procfs that nobody else can see or mount over. Labels and sysctls are written only here: a write to the path
/// <c>/proc/...</c> of a container may land in a file that the image has put there, so that a label is silently not
/// applied (CVE-2019-16884), or in a dangerous procfs file that it was redirected to (CVE-2025-52881).
/// </summary>
public sealed unsafe class ProcHandle : IDisposable
{
    /// <summary>Below the handle, on its own mount, through no link but procfs's own <c>self</c>.</summary>
    private const ulong Resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;

    private readonly bool _owned;

    private ProcHandle(FileDescriptor root, bool owned)
    {
        Descriptor = root;
        _owned = owned;
    }

    /// <summary>Of the root of the procfs.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>
    /// A procfs of the calling process's PID namespace. Where a new one is not allowed (in a user namespace that does
    /// not own the PID namespace, or whose /proc is partly covered), a copy of the mount at /proc without what is
    /// mounted on it: open it before the old root is gone.
    /// </summary>
    /// <exception cref="LinuxException">Neither is possible, or /proc is no procfs (ENODEV).</exception>
    public static ProcHandle Open()
    {
        using FileDescriptor context = new(fsopen("proc", FSOPEN_CLOEXEC));
        if (context.IsOpen && fsconfig(context, FSCONFIG_CMD_CREATE, default, default, 0) >= 0)
        {
            int mount = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
            if (mount >= 0)
                return new ProcHandle(new FileDescriptor(mount), owned: true);
        }
        return FromHost();
    }

    /// <summary>
    /// Uses a fresh, writable procfs mount that was made in this process and not found by a path. The handle does not
    /// own the descriptor. Files under something mounted on it are refused (EXDEV).
    /// </summary>
    public static ProcHandle FromMount(FileDescriptor mount) => new(mount, owned: false);

    private static ProcHandle FromHost()
    {
        FileDescriptor root = DetachedMount.Clone(AT_FDCWD, "/proc", recursive: false);
        // Only the root of a procfs has inode 1 there: a bind mount of /proc/1 does not pass.
        if (Verify.FileSystemType(root) == PROC_SUPER_MAGIC && Verify.Stat(root).stx_ino == 1)
            return new ProcHandle(root, owned: true);
        root.Dispose();
        throw new LinuxException("open_tree", Errno.ENODEV, "/proc");
    }

    /// <summary>Opens a file of the procfs, verified to be on it.</summary>
    /// <param name="path">Relative, such as <c>self/uid_map</c>.</param>
    /// <param name="flags">Flags of <c>open(2)</c>.</param>
    public FileDescriptor OpenFile(CString path, int flags)
    {
        open_how how = new() { flags = (uint)(flags | O_CLOEXEC), resolve = Resolve };
        FileDescriptor fd = Check.Fd(openat2(Descriptor, path, &how), "openat2", $"/proc/{path}");
        if (Verify.FileSystemType(fd) == PROC_SUPER_MAGIC)
            return fd;
        fd.Dispose();
        throw new LinuxException("openat2", Errno.EXDEV, $"/proc/{path}");
    }

    /// <summary>Writes a kernel parameter, such as <c>net.ipv4.ip_forward</c>, to <c>/proc/sys</c>.</summary>
    /// <param name="name">Either <c>a.b.c</c>, or <c>a/b/c</c> when a component has a dot in it (sysctl(8)).</param>
    /// <param name="value">The text to write.</param>
    /// <exception cref="LinuxException">ENOENT when the kernel has no such parameter, EINVAL for a bad value, and so on.</exception>
    public void WriteSysctl(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        Write(SysctlPath(name), value);
    }

    /// <summary>Writes a file of the calling process, such as <c>attr/exec</c> or <c>oom_score_adj</c>.</summary>
    public void WriteSelf(string path, string value) => Write($"self/{path}", value);

    public void Dispose()
    {
        if (_owned)
            Descriptor.Dispose();
    }

    private static string SysctlPath(string name)
    {
        // sysctl(8): the first separator decides; with a slash first, dots belong to the names.
        int separator = name.AsSpan().IndexOfAny('.', '/');
        string path = separator >= 0 && name[separator] == '.' ? Swap(name) : name;
        // A sysctl is below /proc/sys: not /proc/sysrq-trigger by way of "..".
        return LexicalPath.Clean(path) == $"/{path}" ? $"sys/{path}" : throw new LinuxException("openat2", Errno.EINVAL, $"/proc/sys/{path}");
    }

    private static string Swap(string name) => string.Create(name.Length, name, static (target, source) =>
    {
        for (int i = 0; i < target.Length; i++)
            target[i] = source[i] switch { '.' => '/', '/' => '.', char c => c };
    });

    private void Write(string path, string value)
    {
        using FileDescriptor file = OpenFile(path, O_WRONLY);
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* p = bytes)
            Check.Ok(write(file, p, bytes.Length), "write", $"/proc/{path}");
    }
}
