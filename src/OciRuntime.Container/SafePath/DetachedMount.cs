using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.SafePath;

/// <summary>
/// Mounts that are not in any mount tree yet, held by a descriptor. They get their attributes while nobody can see
/// them, and are attached to a descriptor that was just looked up and verified: no path is resolved in between, and
/// there is no moment at which a mount is reachable without its restrictions. The descriptor goes on naming the
/// mount after it was attached. Needs Linux 5.12.
/// </summary>
public static unsafe class DetachedMount
{
    /// <summary>Copies the mount at <paramref name="path"/>, from there down (a bind mount that is not attached yet).</summary>
    /// <param name="directory">Where a relative path starts, or <c>AT_FDCWD</c>.</param>
    /// <param name="path">Links are followed; empty for <paramref name="directory"/> itself, which may be a file.</param>
    /// <param name="recursive">Whether the mounts below it come along.</param>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN over the mount namespace, and so on.</exception>
    public static FileDescriptor Clone(int directory, CString path, bool recursive) =>
        Check.Fd(TryClone(directory, path, recursive), "open_tree", path.ToString());

    /// <summary>As <see cref="Clone"/>, with C's result: -1 and errno.</summary>
    public static int TryClone(int directory, CString path, bool recursive) =>
        open_tree(directory, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? (uint)AT_RECURSIVE : 0));

    /// <summary>Sets and clears <c>MOUNT_ATTR_</c> flags and sets the propagation, all in one step.</summary>
    /// <param name="mount">The root of a mount.</param>
    /// <param name="set">Flags to set.</param>
    /// <param name="clear">Flags to clear first; with an access time flag in <paramref name="set"/> all of <c>MOUNT_ATTR__ATIME</c>.</param>
    /// <param name="propagation">One of <c>MS_PRIVATE</c>, <c>MS_SLAVE</c>, <c>MS_SHARED</c>, <c>MS_UNBINDABLE</c>; 0 keeps it.</param>
    /// <param name="recursive">Whether the mounts below it change too.</param>
    /// <exception cref="LinuxException">EPERM when a flag is locked by the owner of another user namespace, and so on.</exception>
    public static void SetAttributes(int mount, ulong set, ulong clear = 0, ulong propagation = 0, bool recursive = false) =>
        Check.Ok(TrySetAttributes(mount, set, clear, propagation, recursive), "mount_setattr");

    /// <summary>As <see cref="SetAttributes"/>, with C's result: -1 and errno.</summary>
    public static int TrySetAttributes(int mount, ulong set, ulong clear = 0, ulong propagation = 0, bool recursive = false)
    {
        mount_attr attributes = new() { attr_set = set, attr_clr = clear, propagation = propagation };
        return mount_setattr(mount, "", AT_EMPTY_PATH | (recursive ? (uint)AT_RECURSIVE : 0), &attributes);
    }

    /// <summary>Gives a mount the ids of a user namespace: what is in the first column of its maps on disk is seen as what is in the second.</summary>
    /// <param name="mount">The root of a mount.</param>
    /// <param name="userNamespace">Whose maps they are; it has nothing else to do with the mount.</param>
    /// <param name="recursive">Whether the mounts below it change too.</param>
    /// <exception cref="LinuxException">EINVAL when the file system cannot, EPERM without CAP_SYS_ADMIN over it, and so on.</exception>
    public static void MapIds(int mount, FileDescriptor userNamespace, bool recursive)
    {
        mount_attr attributes = new() { attr_set = MOUNT_ATTR_IDMAP, userns_fd = (ulong)(int)userNamespace };
        Check.Ok(mount_setattr(mount, "", AT_EMPTY_PATH | (recursive ? (uint)AT_RECURSIVE : 0), &attributes), "mount_setattr(MOUNT_ATTR_IDMAP)");
    }

    /// <summary>Attaches a detached mount, or moves an attached one, onto exactly the file that <paramref name="target"/> is.</summary>
    /// <exception cref="LinuxException">ENOTDIR when one is a directory and the other is not, and so on.</exception>
    public static void Attach(int mount, int target) =>
        Check.Ok(move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH), "move_mount");
}
