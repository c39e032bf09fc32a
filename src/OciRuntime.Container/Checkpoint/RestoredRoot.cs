using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Rootfs;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>
/// The root file system that CRIU restores a container in. It must be a mount with nothing over its parent, and every
/// mount point must be there. The process that becomes CRIU makes it so in a mount namespace of its own: the host sees
/// nothing of it, and whatever happens, nothing of it is left.
/// </summary>
/// <param name="config">The container's.</param>
/// <param name="bundle">Absolute path.</param>
/// <param name="container">The container's directory, where the root is mounted.</param>
/// <param name="noPivot">Whether the runtime's own root is a ramdisk's.</param>
internal sealed class RestoredRoot(Config config, string bundle, ContainerDirectory container, bool noPivot) : IDisposable
{
    private const string PlaceName = "criu-root";

    /// <summary>Absolute path of <c>root.path</c>.</summary>
    private readonly string _root = LexicalPath.Absolute(config.Root?.Path ?? throw new ContainerException("root is missing"), bundle);

    /// <summary>Absolute path of the mount, where CRIU finds it.</summary>
    public string Path { get; } = MakePlace(container);

    /// <summary>The directory that the root is mounted on: of no use once CRIU has ended, and empty on the host.</summary>
    public static void RemovePlace(FileDescriptor containerDirectory) => _ = unlinkat(containerDirectory, PlaceName, AT_REMOVEDIR);

    public void Dispose() => RemovePlace(container.Descriptor);

    /// <summary>In the child, in its new mount namespace.</summary>
    /// <exception cref="ContainerException">A mount point cannot be made.</exception>
    /// <exception cref="LinuxException">A call failed.</exception>
    public void Make()
    {
        // Mounts of the host go on arriving here, none of ours travels there.
        Check.Ok(mount(default, "/", default, MS_SLAVE | MS_REC, default), "mount", "/");
        if (noPivot)
            LeaveRamdisk();

        MakeMountPoints();
        using FileDescriptor tree = DetachedMount.Clone(AT_FDCWD, _root, recursive: true);
        Attach(tree);
    }

    /// <summary>pivot_root(2) wants a root that is mounted on something, which the first one is not: a copy of it on top is.</summary>
    private static void LeaveRamdisk()
    {
        using FileDescriptor copy = DetachedMount.Clone(AT_FDCWD, "/", recursive: true);
        Check.Ok(fchdir(copy), "fchdir");
        Check.Ok(move_mount(copy, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH), "move_mount", "/");
        Check.Ok(chroot("."), "chroot");
    }

    /// <summary>
    /// What <c>create</c> would make and CRIU expects. Each bind mount is made for a moment: the point of a later one may
    /// be inside. What is inside of any other mount is in that file system, which CRIU makes or restores.
    /// </summary>
    private void MakeMountPoints()
    {
        using RootDirectory root = new(DetachedMount.Clone(AT_FDCWD, _root, recursive: true));
        Attach(root.Descriptor);
        List<string> others = [];
        for (int i = 0; i < (config.Mounts?.Count ?? 0); i++)
        {
            Mount mount = config.Mounts![i];
            ParsedMountOptions options = ParsedMountOptions.Parse(mount.Options);
            string destination = LexicalPath.Clean(mount.Destination);
            if (options.Remount || others.Exists(other => LexicalPath.IsInside(destination, other)))
                continue;
            if (!options.Bind)
                others.Add(destination);
            try
            {
                MakeMountPoint(root, destination, options, LexicalPath.Absolute(mount.Source ?? "", bundle));
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"mount \"{mount.Source}\" on \"{destination}\" (mounts[{i}])", e);
            }
        }

        Check.Ok(umount2($"/proc/self/fd/{root.Descriptor.Number}", MNT_DETACH), "umount2", Path);
    }

    private static void MakeMountPoint(RootDirectory root, string destination, ParsedMountOptions options, string source)
    {
        if (!options.Bind)
        {
            root.OpenOrCreate(destination, directory: true).Dispose();
            return;
        }

        using FileDescriptor tree = DetachedMount.Clone(AT_FDCWD, source, recursive: true);
        using FileDescriptor target = root.OpenOrCreate(destination, Verify.Stat(tree).IsDirectory);
        DetachedMount.Attach(tree, target);
    }

    private void Attach(FileDescriptor tree)
    {
        // By its path: a descriptor from before the clone is in the mount namespace of the runtime.
        using FileDescriptor place = Check.Fd(open(Path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "open", Path);
        DetachedMount.Attach(tree, place);
    }

    private static string MakePlace(ContainerDirectory container)
    {
        string path = $"{container.Path}/{PlaceName}";
        Check.Ok(mkdirat(container.Descriptor, PlaceName, 0x1C0 /* 0700 */), "mkdir", path);
        return path;
    }
}
