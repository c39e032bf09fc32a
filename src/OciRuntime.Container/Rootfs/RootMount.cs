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
