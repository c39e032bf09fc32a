using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>The mount that becomes the container's <c>/</c>, and the ways to get into it.</summary>
internal static class RootMount
{
    /// <summary>
    /// Cuts the mount namespace off from the host's and mounts the root directory on itself, because pivot_root wants
    /// a mount, whose parent is not shared.
    /// </summary>
    public static RootDirectory Open(RootfsPlan plan)
    {
        FileDescriptor directory = FileDescriptor.None;
        if (!plan.HasMountNamespace)
            return new RootDirectory(OpenDirectory(plan));

        // Mounts of the host go on arriving here, none of ours travels there.
        Check.Ok(mount(default, "/", default, MS_SLAVE | MS_REC, default), "mount", "/");
        directory = OpenDirectory(plan);
        using (directory)
        {
            FileDescriptor root = DetachedMount.Clone(directory, "", recursive: true);
            // Only a propagation of slave asks for the host's mounts under the root directory to appear in it.
            if (plan.Propagation?.Flag != MS_SLAVE)
                DetachedMount.SetAttributes(root, 0, 0, MS_PRIVATE, plan.Propagation is { Flag: MS_PRIVATE, Recursive: true });
            DetachedMount.Attach(root, directory);
            return new RootDirectory(root);
        }
    }

    /// <summary>
    /// In the runtime, for a container that shares its mount namespace: mounts the root directory on itself, apart
    /// from the host's mounts below it. All that the container mounts lies on that mount and goes away with it.
    /// </summary>
    /// <returns>The mount's id (statx(2), <c>stx_mnt_id</c>), for <see cref="Detach"/>.</returns>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN over the mount namespace, and so on.</exception>
    public static ulong AttachToHost(RootfsPlan plan)
    {
        using FileDescriptor directory = OpenDirectory(plan);
        using FileDescriptor root = DetachedMount.Clone(directory, "", recursive: true);
        DetachedMount.SetAttributes(root, 0, 0, MS_PRIVATE, recursive: true);
        DetachedMount.Attach(root, directory);
        Check.Ok(fstatx(root, out statx_t stat, STATX_MNT_ID), "statx", plan.Root);
        return stat.stx_mnt_id;
    }

    /// <summary>Undoes <see cref="AttachToHost"/>. Another mount at that place, the engine's, is left alone.</summary>
    /// <param name="root">Absolute path of the root directory.</param>
    /// <param name="mountId">What <see cref="AttachToHost"/> returned; 0: nothing to undo.</param>
    public static void Detach(string root, ulong mountId)
    {
        if (mountId == 0)
            return;
        using FileDescriptor directory = new(open(root, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (directory.IsOpen && fstatx(directory, out statx_t stat, STATX_MNT_ID) == 0 && stat.stx_mnt_id == mountId)
            Check.Ok(umount2($"/proc/self/fd/{(int)directory}", MNT_DETACH), "umount2", root);
    }

    /// <summary>
    /// The new root on top of the old one, without a directory for the old one: pivot_root(2), "pivot_root(".", ".")".
    /// The old root is then the topmost mount of the working directory and is taken off.
    /// </summary>
    public static void Pivot(FileDescriptor root)
    {
        Check.Ok(fchdir(root), "fchdir");
        Check.Ok(pivot_root(".", "."), "pivot_root");
        Check.Ok(umount2(".", MNT_DETACH), "umount2");
        Check.Ok(chdir("/"), "chdir", "/");
    }

    /// <summary>As <see cref="Pivot"/> for a host whose root is an initramfs, which pivot_root does not take.</summary>
    public static void MoveAndChroot(FileDescriptor root, string path)
    {
        HostPseudoFileSystems.Hide(path);
        Check.Ok(fchdir(root), "fchdir");
        Check.Ok(move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH), "move_mount", "/");
        Chroot(root);
    }

    public static void Chroot(FileDescriptor root)
    {
        Check.Ok(fchdir(root), "fchdir");
        Check.Ok(chroot("."), "chroot");
        Check.Ok(chdir("/"), "chdir", "/");
    }

    private static FileDescriptor OpenDirectory(RootfsPlan plan) =>
        Check.Fd(open(plan.RootPath, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", plan.Root);
}
