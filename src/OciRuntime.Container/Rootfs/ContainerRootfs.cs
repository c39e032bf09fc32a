using OciRuntime.Container.Errors;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// The child's side of a container's root file system, in its final namespaces:
/// <see cref="Prepare"/>, createContainer hooks, <see cref="Enter"/>, console, <see cref="Seal"/>.
/// </summary>
/// <exception cref="ContainerException">Every step; the message names the mount or path.</exception>
public sealed class ContainerRootfs
{
    private ContainerRootfs(FileDescriptor directory) => Directory = directory;

    /// <summary>The root directory, opened with <c>O_PATH</c>; inside the container's mount of it.</summary>
    public FileDescriptor Directory { get; }

    /// <summary>Mounts everything, makes devices and links. The process is still outside and sees the host's files.</summary>
    public static ContainerRootfs Prepare(RootfsPlan plan) => throw new ContainerException("the root file system is not supported");

    /// <summary>Makes the root directory the process's root, and the working directory; nothing of the old root is left.</summary>
    public void Enter() => throw NotYet();

    /// <summary>Makes <paramref name="path"/> a directory inside the root if it does not exist yet (runc does so for <c>process.cwd</c>).</summary>
    public void CreateDirectory(string path) => throw NotYet();

    /// <summary>Binds the terminal onto <c>/dev/console</c>. Before or after <see cref="Enter"/>, before <see cref="Seal"/>.</summary>
    public void BindConsole(FileDescriptor terminal) => throw NotYet();

    /// <summary>Standard streams that are the host's /dev/null become the container's, after <see cref="Enter"/>.</summary>
    public void ReopenDevNull() => throw NotYet();

    /// <summary>
    /// A procfs that is safe to write labels and sysctls to. Sysctls before <see cref="Seal"/>, which covers
    /// /proc/sys; call it before <see cref="Enter"/>.
    /// </summary>
    public ProcHandle OpenProc() => throw NotYet();

    /// <summary>After <see cref="Enter"/>: what must be read-only becomes so, masked paths are covered, the root mount gets its propagation.</summary>
    public void Seal() => throw NotYet();

    private ContainerException NotYet() => new($"the root file system {Directory.Number} is not supported");
}
