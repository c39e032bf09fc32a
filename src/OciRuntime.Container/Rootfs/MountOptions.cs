using System;
using System.Collections.Generic;
using static OciRuntime.Container.Rootfs.MountOptionKind;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// Every option of a mount that the runtime itself understands: the table of config.md, "Linux mount options".
/// Any other option is the file system's own.
/// </summary>
public static class MountOptions
{
    private static readonly MountOption[] s_all =
    [
        new("async", SuperBlock, MS_SYNCHRONOUS, Clear: true),
        new("atime", AccessTime, MOUNT_ATTR_NOATIME, Clear: true),
        new("bind", Operation, MS_BIND),
        new("defaults", None, 0),
        new("dev", MountFlag, MOUNT_ATTR_NODEV, Clear: true),
        new("diratime", MountFlag, MOUNT_ATTR_NODIRATIME, Clear: true),
        new("dirsync", SuperBlock, MS_DIRSYNC),
        new("exec", MountFlag, MOUNT_ATTR_NOEXEC, Clear: true),
        new("idmap", IdMap, 0),
        new("iversion", SuperBlock, MS_I_VERSION),
        new("lazytime", SuperBlock, MS_LAZYTIME),
        new("loud", SuperBlock, MS_SILENT, Clear: true),
        new("mand", SuperBlock, MS_MANDLOCK),
        new("noatime", AccessTime, MOUNT_ATTR_NOATIME),
        new("nodev", MountFlag, MOUNT_ATTR_NODEV),
        new("nodiratime", MountFlag, MOUNT_ATTR_NODIRATIME),
        new("noexec", MountFlag, MOUNT_ATTR_NOEXEC),
        new("noiversion", SuperBlock, MS_I_VERSION, Clear: true),
        new("nolazytime", SuperBlock, MS_LAZYTIME, Clear: true),
        new("nomand", SuperBlock, MS_MANDLOCK, Clear: true),
        new("norelatime", AccessTime, MOUNT_ATTR_RELATIME, Clear: true),
        new("nostrictatime", AccessTime, MOUNT_ATTR_STRICTATIME, Clear: true),
        new("nosuid", MountFlag, MOUNT_ATTR_NOSUID),
        new("nosymfollow", MountFlag, MOUNT_ATTR_NOSYMFOLLOW),
        new("private", Propagation, MS_PRIVATE),
        new("ratime", AccessTime, MOUNT_ATTR_NOATIME, Clear: true, Recursive: true),
        new("rbind", Operation, MS_BIND, Recursive: true),
        new("rdev", MountFlag, MOUNT_ATTR_NODEV, Clear: true, Recursive: true),
        new("rdiratime", MountFlag, MOUNT_ATTR_NODIRATIME, Clear: true, Recursive: true),
        new("relatime", AccessTime, MOUNT_ATTR_RELATIME),
        new("remount", Operation, MS_REMOUNT),
        new("rexec", MountFlag, MOUNT_ATTR_NOEXEC, Clear: true, Recursive: true),
        new("ridmap", IdMap, 0, Recursive: true),
        new("rnoatime", AccessTime, MOUNT_ATTR_NOATIME, Recursive: true),
        new("rnodev", MountFlag, MOUNT_ATTR_NODEV, Recursive: true),
        new("rnodiratime", MountFlag, MOUNT_ATTR_NODIRATIME, Recursive: true),
        new("rnoexec", MountFlag, MOUNT_ATTR_NOEXEC, Recursive: true),
        new("rnorelatime", AccessTime, MOUNT_ATTR_RELATIME, Clear: true, Recursive: true),
        new("rnostrictatime", AccessTime, MOUNT_ATTR_STRICTATIME, Clear: true, Recursive: true),
        new("rnosuid", MountFlag, MOUNT_ATTR_NOSUID, Recursive: true),
        new("rnosymfollow", MountFlag, MOUNT_ATTR_NOSYMFOLLOW, Recursive: true),
        new("ro", MountFlag, MOUNT_ATTR_RDONLY),
        new("rprivate", Propagation, MS_PRIVATE, Recursive: true),
        new("rrelatime", AccessTime, MOUNT_ATTR_RELATIME, Recursive: true),
        new("rro", MountFlag, MOUNT_ATTR_RDONLY, Recursive: true),
        new("rrw", MountFlag, MOUNT_ATTR_RDONLY, Clear: true, Recursive: true),
        new("rshared", Propagation, MS_SHARED, Recursive: true),
        new("rslave", Propagation, MS_SLAVE, Recursive: true),
        new("rstrictatime", AccessTime, MOUNT_ATTR_STRICTATIME, Recursive: true),
        new("rsuid", MountFlag, MOUNT_ATTR_NOSUID, Clear: true, Recursive: true),
        new("rsymfollow", MountFlag, MOUNT_ATTR_NOSYMFOLLOW, Clear: true, Recursive: true),
        new("runbindable", Propagation, MS_UNBINDABLE, Recursive: true),
        new("rw", MountFlag, MOUNT_ATTR_RDONLY, Clear: true),
        new("shared", Propagation, MS_SHARED),
        new("silent", SuperBlock, MS_SILENT),
        new("slave", Propagation, MS_SLAVE),
        new("strictatime", AccessTime, MOUNT_ATTR_STRICTATIME),
        new("suid", MountFlag, MOUNT_ATTR_NOSUID, Clear: true),
        new("symfollow", MountFlag, MOUNT_ATTR_NOSYMFOLLOW, Clear: true),
        new("sync", SuperBlock, MS_SYNCHRONOUS),
        new("tmpcopyup", CopyUp, 0),
        new("unbindable", Propagation, MS_UNBINDABLE),
    ];

    /// <summary>The names, sorted by ordinal: <c>mountOptions</c> of <c>features</c> (features.md).</summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            string[] names = new string[s_all.Length];
            for (int i = 0; i < names.Length; i++)
                names[i] = s_all[i].Name;
            return names;
        }
    }

    /// <summary>The option of this name; null when it is the file system's own.</summary>
    internal static MountOption? Find(string name)
    {
        int low = 0, high = s_all.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(s_all[middle].Name, name);
            if (order == 0)
                return s_all[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return null;
    }

    /// <summary>The propagation of this name (<c>linux.rootfsPropagation</c>); null when there is none.</summary>
    internal static MountOption? FindPropagation(string name) =>
        Find(name) is { Kind: Propagation } option ? option : null;
}
