using System;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>
/// One directory of a cgroup file system, opened when first needed and verified to be on one: every file is
/// opened below that descriptor, never through a second walk of the path.
/// </summary>
internal sealed class CgroupDirectory(string path, long magic) : IDisposable
{
    private FileDescriptor _descriptor;

    /// <summary>Absolute path on the host.</summary>
    public string Path { get; } = path;

    /// <summary><see cref="CGROUP_SUPER_MAGIC"/> or <see cref="CGROUP2_SUPER_MAGIC"/>.</summary>
    public long Magic { get; } = magic;

    /// <summary>While set, every write first notes the value that it replaces.</summary>
    public CgroupJournal? Journal { get; set; }

    /// <exception cref="LinuxException">The directory cannot be opened, or is not on a cgroup file system.</exception>
    public FileDescriptor Descriptor
    {
        get
        {
            if (!TryOpen(out int error))
                throw new LinuxException("open", error, Path);
            return _descriptor;
        }
    }

    /// <summary>Opens the directory; false when that fails, with the errno.</summary>
    public bool TryOpen(out int error)
    {
        error = 0;
        if (_descriptor.IsOpen)
            return true;
        int fd = openat(AT_FDCWD, Path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
        {
            error = errno;
            return false;
        }
        var descriptor = new FileDescriptor(fd);
        Verify(descriptor, Path);
        _descriptor = descriptor;
        return true;
    }

    /// <summary>A cgroup directly below, by the name that the kernel gave; null when it is gone.</summary>
    /// <param name="name">The name, in any encoding.</param>
    /// <param name="parentPath">What stands before it in error messages.</param>
    /// <exception cref="LinuxException">It exists and cannot be opened.</exception>
    public CgroupDirectory? TryOpenChild(CString name, string parentPath)
    {
        string path = $"{parentPath}/{name}";
        var child = new FileDescriptor(openat(Descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!child.IsOpen && errno is Errno.ENOENT or Errno.ENODEV)
            return null;
        return new CgroupDirectory(path, Magic) { _descriptor = Check.Fd(child, "open", path) };
    }

    /// <summary>The cgroup directly above; <paramref name="path"/> is for error messages.</summary>
    public CgroupDirectory OpenParent(string path) => new(path, Magic)
    {
        _descriptor = Check.Fd(openat(Descriptor, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path),
    };

    /// <summary>A file of this cgroup, without opening the directory first: for the one file that is always needed.</summary>
    /// <exception cref="LinuxException">It cannot be opened, or is not on a cgroup file system.</exception>
    public FileDescriptor OpenFile(string file, int flags)
    {
        if (_descriptor.IsOpen)
            return Check.Fd(openat(_descriptor, file, flags | O_NOFOLLOW | O_CLOEXEC), "open", Path + "/" + file);
        string whole = Path + "/" + file;
        FileDescriptor fd = Check.Fd(openat(AT_FDCWD, whole, flags | O_NOFOLLOW | O_CLOEXEC), "open", whole);
        Verify(fd, whole);
        return fd;
    }

    /// <summary>0, or the errno with which opening or writing failed.</summary>
    public int TryWrite(string file, string value)
    {
        if (!TryOpen(out int error))
            return error;
        using var fd = new FileDescriptor(openat(_descriptor, file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
        return fd.IsOpen ? CgroupFile.Write(fd, value) : errno;
    }

    /// <summary>As the other overload; notes the old value while a journal is kept.</summary>
    /// <param name="undo">What brings the old value back, when that is not the file's present content.</param>
    public int TryWrite(string file, string value, string? undo)
    {
        if (Journal is not { } journal)
            return TryWrite(file, value);
        string? old = undo ?? TryRead(file, out _);
        int error = TryWrite(file, value);
        if (error == 0 && old is not null)
            journal.Note(this, file, old);
        return error;
    }

    /// <summary>Notes the file's content while a journal is kept: for what the write of another file changes.</summary>
    public void Keep(string file)
    {
        if (Journal is { } journal && TryRead(file, out _) is { } old)
            journal.Note(this, file, old);
    }

    /// <summary>Writes one value.</summary>
    /// <param name="file">Name of the file.</param>
    /// <param name="value">The text to write, in one call.</param>
    /// <param name="property">The config's property, for the error.</param>
    /// <param name="undo">What brings the old value back, when that is not the file's present content.</param>
    /// <exception cref="ContainerException">Names the property, the value, the file and the errno.</exception>
    public void Write(string file, string value, string property, string? undo = null)
    {
        int error = TryWrite(file, value, undo);
        if (error != 0)
            throw Refused(file, value, property, error);
    }

    /// <summary>The error of a failed <see cref="TryWrite(string, string)"/>.</summary>
    public ContainerException Refused(string file, string value, string property, int error, string? remedy = null) => new(
        "set " + property,
        new LinuxException("write", error, $"\"{value}\" to {Path}/{file}"),
        remedy ?? (error == Errno.ENOENT ? "this kernel or this cgroup does not have that file" : null));

    /// <summary>The file's content without the final newline; null with the errno.</summary>
    public string? TryRead(string file, out int error)
    {
        if (!TryOpen(out error))
            return null;
        using var fd = new FileDescriptor(openat(_descriptor, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (fd.IsOpen && CgroupFile.TryReadAll(fd, out string text))
            return text.EndsWith('\n') ? text[..^1] : text;
        error = errno;
        return null;
    }

    /// <exception cref="LinuxException">The file cannot be read.</exception>
    public string Read(string file) =>
        TryRead(file, out int error) ?? throw new LinuxException("read", error, Path + "/" + file);

    /// <summary>A number; <c>max</c> is the largest one, and a negative one (an old kernel's rounding) 0.</summary>
    /// <exception cref="LinuxException">The file cannot be read.</exception>
    public ulong ReadNumber(string file) => ParseNumber(Read(file));

    /// <summary>As <see cref="ReadNumber"/>; null when the file does not exist.</summary>
    /// <exception cref="LinuxException">The file exists and cannot be read.</exception>
    public ulong? TryReadNumber(string file)
    {
        string? text = TryRead(file, out int error);
        if (text is null && error != Errno.ENOENT)
            throw new LinuxException("read", error, Path + "/" + file);
        return text is null ? null : ParseNumber(text);
    }

    /// <inheritdoc cref="ReadNumber"/>
    public static ulong ParseNumber(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.SequenceEqual("max"))
            return ulong.MaxValue;
        return ulong.TryParse(text, out ulong value) ? value : 0;
    }

    public void Dispose()
    {
        _descriptor.Dispose();
        _descriptor = default;
    }

    /// <summary>Anywhere else, a limit would be a plain file that limits nothing.</summary>
    private void Verify(FileDescriptor descriptor, string opened)
    {
        if (fstatfs(descriptor, out statfs_t fs) == 0 && fs.f_type == Magic)
            return;
        descriptor.Dispose();
        throw new ContainerException($"open {opened}: not on a cgroup file system");
    }
}
