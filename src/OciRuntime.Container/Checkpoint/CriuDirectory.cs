using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Container.Namespaces;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>A directory of CRIU's files, which the caller has named: the images (all that a container remembers) or the logs.</summary>
internal sealed class CriuDirectory : IDisposable
{
    private const uint OwnerOnly = 0x1C0; // 0700

    private CriuDirectory(string path, FileDescriptor descriptor)
    {
        Path = path;
        Descriptor = descriptor;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    public FileDescriptor Descriptor { get; }

    /// <param name="path">An absolute path.</param>
    /// <param name="flag">The flag that named it.</param>
    /// <exception cref="ContainerException">It is not there, or is no directory.</exception>
    public static CriuDirectory Open(string path, string flag)
    {
        FileDescriptor descriptor = new(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        return descriptor.IsOpen ? new(path, descriptor) : throw new ContainerException($"open {flag}", new LinuxException("open", errno, path));
    }

    /// <summary>
    /// The same directory as another process sees it: CRIU mounts in it, which it can do only in its own mount namespace.
    /// </summary>
    /// <param name="pid">The process.</param>
    public FileDescriptor OpenFor(int pid)
    {
        // Without links: an absolute one would lead back into this process's namespace.
        string name = DescriptorName.TryOf(Descriptor) ?? throw new LinuxException("readlink", errno, Path);
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root{name}");
        return Check.Fd(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path);
    }

    /// <summary>As <see cref="Open"/>, but makes what is missing of the path, for the caller alone: the memory of a container holds its secrets.</summary>
    public static CriuDirectory OpenOrCreate(string path, string flag)
    {
        for (int end = path.IndexOf('/', 1); ; end = path.IndexOf('/', end + 1))
        {
            string part = end < 0 ? path : path[..end];
            if (mkdirat(AT_FDCWD, part, OwnerOnly) < 0 && errno != Errno.EEXIST)
                throw new ContainerException($"make {flag}", new LinuxException("mkdir", errno, part));
            if (end < 0)
                return Open(path, flag);
        }
    }

    /// <summary>
    /// Lets the root of a user namespace read a directory that is the owner's alone, and those of the pre-dumps before it
    /// (<c>parent</c>): it opens the images when CRIU restores. The files stay the owner's.
    /// </summary>
    /// <param name="mappings">The container's gid mappings; null without a user namespace.</param>
    public void LetRead(IReadOnlyList<LinuxIDMapping>? mappings)
    {
        // More than anybody makes; a link may lead back.
        const int mostParents = 100;
        if (IdMappings.ToHost(mappings, 0) is { } group)
            LetRead(Descriptor, group, mostParents);
    }

    private void LetRead(FileDescriptor directory, uint group, int parents)
    {
        const uint othersBits = 0x3F, readByGroup = 0x28; // 077, 050
        Check.Ok(fstatx(directory, out statx_t stat, STATX_MODE), "statx", Path);
        if ((stat.stx_mode & othersBits) == 0)
        {
            Check.Ok(fchown(directory, uint.MaxValue, group), "fchown", Path);
            Check.Ok(fchmod(directory, (stat.stx_mode & 0xFFFu) | readByGroup), "fchmod", Path);
        }

        using FileDescriptor parent = new(openat(directory, "parent", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (parent.IsOpen && parents > 0)
            LetRead(parent, group, parents - 1);
    }

    public void Dispose() => Descriptor.Dispose();
}
