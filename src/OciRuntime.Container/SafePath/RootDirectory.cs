using System;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.SafePath;

/// <summary>
/// A root file system whose content is hostile. Every look-up is one <c>openat2</c> confined by the kernel
/// (<c>RESOLVE_IN_ROOT</c>: absolute links and <c>..</c> stay inside; <c>RESOLVE_NO_MAGICLINKS</c>: no way out through
/// <c>/proc/*/fd</c>), and what is handed out is a descriptor, never a path that is resolved a second time: between
/// two resolutions another container that shares a volume may swap a directory for a symbolic link (CVE-2021-30465).
/// </summary>
public sealed unsafe class RootDirectory : IDisposable
{
    /// <summary>
    /// The kernel answers EAGAIN when a rename or mount anywhere on the host raced with a <c>..</c> of the path.
    /// One try takes about a microsecond and a race is lost a few times in a row at most.
    /// </summary>
    private const int MaximumTries = 1000;

    /// <summary>Takes ownership of a descriptor of the root directory, usually opened with <c>O_PATH</c>.</summary>
    public RootDirectory(FileDescriptor directory) => Descriptor = directory;

    public FileDescriptor Descriptor { get; }

    /// <summary>
    /// Opens <paramref name="path"/> inside the root; the descriptor is close-on-exec.
    /// <see cref="FileDescriptor.None"/> when it does not exist.
    /// </summary>
    /// <param name="path">Absolute or relative, either way counted from the root.</param>
    /// <param name="flags">Flags of <c>open(2)</c>, most often <c>O_PATH</c>.</param>
    /// <param name="resolve">Further <c>RESOLVE_</c> restrictions of <c>openat2(2)</c>.</param>
    /// <exception cref="LinuxException">Any other error than ENOENT.</exception>
    public FileDescriptor TryOpen(CString path, int flags, ulong resolve = 0)
    {
        open_how how = new()
        {
            flags = (uint)(flags | O_CLOEXEC),
            resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
        };
        int fd, tries = 0;
        do
            fd = openat2(Descriptor, path, &how);
        while (fd < 0 && errno == Errno.EAGAIN && ++tries < MaximumTries);
        if (fd < 0 && errno == Errno.ENOENT)
            return FileDescriptor.None;
        return Check.Fd(fd, "openat2", path.ToString());
    }

    /// <summary>As <see cref="TryOpen"/>, but ENOENT is an error as well.</summary>
    public FileDescriptor Open(CString path, int flags, ulong resolve = 0)
    {
        FileDescriptor fd = TryOpen(path, flags, resolve);
        return fd.IsOpen ? fd : throw new LinuxException("openat2", Errno.ENOENT, path.ToString());
    }

    /// <summary>
    /// Opens <paramref name="path"/> with <c>O_PATH</c>, making what is missing of it: directories of mode 0755 and,
    /// unless <paramref name="directory"/>, an empty file of mode 0644 at the end. Symbolic links are followed inside
    /// the root, also when they lead nowhere yet; then what they name is made. The kind of an existing end is the
    /// caller's to check.
    /// </summary>
    /// <exception cref="LinuxException">A call failed, or the path keeps changing under our hands (EAGAIN).</exception>
    public FileDescriptor OpenOrCreate(CString path, bool directory) => OpenOrCreate(path, directory, 0, out _);

    /// <inheritdoc cref="OpenOrCreate(CString, bool)"/>
    /// <param name="path">Absolute or relative, either way counted from the root.</param>
    /// <param name="directory">What to make at the end: a directory or an empty file.</param>
    /// <param name="resolve">Further <c>RESOLVE_</c> restrictions of <c>openat2(2)</c>.</param>
    /// <param name="isNew">Whether it did not exist before.</param>
    public FileDescriptor OpenOrCreate(CString path, bool directory, ulong resolve, out bool isNew)
    {
        isNew = false;
        for (int tries = 0; tries < MaximumTries; tries++)
        {
            FileDescriptor fd = TryOpen(path, O_PATH, resolve);
            if (fd.IsOpen)
                return fd;
            isNew = true;
            // What the walk holds is not handed out: the next confined look-up decides where the path leads.
            MissingPath.Create(this, path.ToString(), directory, (resolve & RESOLVE_NO_SYMLINKS) == 0);
        }
        throw new LinuxException("openat2", Errno.EAGAIN, path.ToString());
    }

    public void Dispose() => Descriptor.Dispose();
}
