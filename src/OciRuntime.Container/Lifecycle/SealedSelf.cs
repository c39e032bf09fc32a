using System.Diagnostics.CodeAnalysis;
using OciRuntime.Container.IO;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// Keeps the runtime's own binary out of a container's reach (CVE-2019-5736). For a moment the container's init
/// <em>is</em> this program, and a script with the interpreter <c>/proc/self/exe</c> runs it again inside: a
/// root process there could open the file behind it for writing. So whatever leads to an init first executes
/// itself once more from a detached mount of the binary that is read-only and, once the descriptor is closed,
/// belongs to no namespace in which anybody could make it writable again.
/// </summary>
public static unsafe class SealedSelf
{
    private const string Executable = "/proc/self/exe";

    /// <summary>
    /// Returns when the running image cannot be written through its link in <c>/proc</c>; otherwise executes it
    /// again, sealed, with the same arguments and environment, and does not return.
    /// </summary>
    /// <exception cref="LinuxException">Neither a read-only mount nor a sealed copy could be made.</exception>
    public static void Ensure()
    {
        if (IsOnReadOnlyMount())
            return;
        using FileDescriptor self = Check.Fd(open(Executable, O_RDONLY | O_CLOEXEC), "open", Executable);
        if (!CannotBeWritten(self))
            Execute(Sealed(self));
    }

    /// <summary>Executes the running image once more, with the same arguments and environment.</summary>
    [DoesNotReturn]
    public static void ExecuteAgain() =>
        Execute(Check.Fd(open(Executable, O_RDONLY | O_CLOEXEC), "open", Executable));

    private static bool IsOnReadOnlyMount() => statfs(Executable, out statfs_t fs) == 0 && (fs.f_flags & ST_RDONLY) != 0;

    /// <summary>A sealed copy, or fs-verity: no process whatsoever can change the file.</summary>
    private static bool CannotBeWritten(FileDescriptor self) =>
        (fcntl(self, F_GET_SEALS, 0) is int seals && seals >= 0 && (seals & F_SEAL_WRITE) != 0)
        || (fstatx(self, out statx_t status) == 0 && (status.stx_attributes & STATX_ATTR_VERITY) != 0);

    private static FileDescriptor Sealed(FileDescriptor self)
    {
        FileDescriptor mount = ReadOnlyMount(self);
        return mount.IsOpen ? mount : SealedCopy(self);
    }

    [DoesNotReturn]
    private static void Execute(FileDescriptor image)
    {
        CStringArray argv = Strings("/proc/self/cmdline");
        CStringArray envp = Strings("/proc/self/environ");
        execveat(image, "", argv.Pointer, envp.Pointer, AT_EMPTY_PATH);
        throw new LinuxException("execveat", errno, Executable);
    }

    private static FileDescriptor ReadOnlyMount(FileDescriptor self)
    {
        FileDescriptor tree = new(open_tree(self, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (uint)AT_EMPTY_PATH));
        if (!tree.IsOpen)
            return FileDescriptor.None;
        mount_attr attributes = new() { attr_set = MOUNT_ATTR_RDONLY };
        if (mount_setattr(tree, "", (uint)AT_EMPTY_PATH, &attributes) == 0)
            return tree;
        tree.Dispose();
        return FileDescriptor.None;
    }

    /// <summary>For callers that may not mount: a copy in memory that can no longer be changed.</summary>
    private static FileDescriptor SealedCopy(FileDescriptor self)
    {
        FileDescriptor copy = Check.Fd(memfd_create("ocirun", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
        Check.Ok(fstatx(self, out statx_t status), "statx", Executable);
        for (nint left = (nint)status.stx_size; left > 0;)
            left -= Check.Ok(sendfile(copy, self, null, left), "sendfile", Executable);
        Check.Ok(fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), "fcntl(F_ADD_SEALS)");
        return copy;
    }

    /// <summary>The arguments or the environment as the kernel was given them, byte for byte.</summary>
    private static CStringArray Strings(string path) => CStringArray.FromBlock(FileContent.ReadAt(AT_FDCWD, path).Span);
}
