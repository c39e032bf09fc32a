using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.SafePath;

/// <summary>
/// Makes the missing part of a path inside a root, one component at a time, each relative to the descriptor of the one
/// before it and never through a symbolic link of the kernel's resolving. Links are read and resolved here, inside the
/// root, and a name that does not exist is treated as an ordinary one, so that a link that leads nowhere gets its
/// target made: runc has always done so (<c>SecureJoin</c>), and images rely on it (<c>/etc/resolv.conf</c>,
/// <c>/var/run</c>).
/// </summary>
internal sealed unsafe class MissingPath
{
    /// <summary>The kernel's own limit (MAXSYMLINKS).</summary>
    private const int MaximumLinks = 40;

    /// <summary>More steps than the longest path (PATH_MAX) has: names are vanishing under our hands.</summary>
    private const int MaximumSteps = 4096;

    private readonly RootDirectory _root;
    private readonly string _path;
    private readonly bool _followLinks;
    private readonly Stack<string> _pending = new();
    private readonly List<string> _resolved = [];
    private FileDescriptor _current;
    private int _links;

    private MissingPath(RootDirectory root, string path, bool followLinks)
    {
        _root = root;
        _path = path;
        _followLinks = followLinks;
    }

    /// <summary>Returns when everything exists or another process was faster; the caller looks the path up again.</summary>
    /// <exception cref="LinuxException">A component cannot be made, is no directory (ENOTDIR), or the links loop (ELOOP).</exception>
    public static void Create(RootDirectory root, string path, bool directory, bool followLinks)
    {
        MissingPath walk = new(root, path, followLinks);
        walk.Push(path);
        try
        {
            walk.Run(directory);
        }
        finally
        {
            walk._current.Dispose();
        }
    }

    private void Run(bool directory)
    {
        int steps = 0;
        while (_pending.TryPop(out string? name))
        {
            if (name == "..")
            {
                Up();
                continue;
            }
            if (++steps > MaximumSteps)
                throw new LinuxException("mkdirat", Errno.EAGAIN, _path);
            bool last = _pending.Count == 0;
            CString component = name;
            int next = openat(At, component, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (next >= 0)
                Enter(name, new FileDescriptor(next));
            else if (errno == Errno.ENOENT)
                Make(name, component, last, directory);
            else if (errno != Errno.ENOTDIR)
                throw new LinuxException("openat", errno, _path);
            else if (!TryFollow(component) && (!last || directory))
                throw new LinuxException("openat", Errno.ENOTDIR, _path);
        }
    }

    private int At => _current.IsOpen ? _current : _root.Descriptor;

    private void Enter(string name, FileDescriptor directory)
    {
        _current.Dispose();
        _current = directory;
        _resolved.Add(name);
    }

    private void Make(string name, CString component, bool last, bool directory)
    {
        if (last && !directory)
        {
            int fd = openat(At, component, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0x1A4 /* 0644 */);
            if (fd >= 0 || errno != Errno.EEXIST)
                Check.Fd(fd, "openat", _path).Dispose();
            return;
        }
        if (mkdirat(At, component, 0x1ED /* 0755 */) < 0 && errno != Errno.EEXIST)
            throw new LinuxException("mkdirat", errno, _path);
        if (!last)
            _pending.Push(name);
    }

    /// <summary>
    /// Never by the kernel's <c>..</c>: the directory we hold may have been moved out of the root meanwhile, and its
    /// parent would then be outside.
    /// </summary>
    private void Up()
    {
        if (_resolved.Count > 0)
            _resolved.RemoveAt(_resolved.Count - 1);
        _current.Dispose();
        _current = default;
        if (_resolved.Count > 0)
            _current = _root.Open("/" + string.Join('/', _resolved), O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
    }

    /// <summary>False when the component is no link. One that has just vanished is tried again.</summary>
    private bool TryFollow(CString component)
    {
        byte* buffer = stackalloc byte[4096];
        nint length = readlinkat(At, component, buffer, 4096);
        if (length < 0 && errno == Errno.EINVAL)
            return false;
        if (length < 0 && errno == Errno.ENOENT)
        {
            Push(component.ToString());
            return true;
        }
        Check.Ok(length, "readlinkat", _path);
        if (!_followLinks || ++_links > MaximumLinks)
            throw new LinuxException("openat", Errno.ELOOP, _path);
        string target = Encoding.UTF8.GetString(buffer, (int)length);
        if (target.StartsWith('/'))
        {
            _current.Dispose();
            _current = default;
            _resolved.Clear();
        }
        Push(target);
        return true;
    }

    private void Push(string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = names.Length - 1; i >= 0; i--)
        {
            if (names[i] != ".")
                _pending.Push(names[i]);
        }
    }
}
