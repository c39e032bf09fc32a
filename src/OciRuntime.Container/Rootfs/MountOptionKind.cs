namespace OciRuntime.Container.Rootfs;

/// <summary>What an option of a mount acts on.</summary>
internal enum MountOptionKind
{
    /// <summary>Nothing: <c>defaults</c>.</summary>
    None,

    /// <summary>A <c>MOUNT_ATTR_</c> flag of the mount.</summary>
    MountFlag,

    /// <summary>One of the access time modes of the mount, of which exactly one is on.</summary>
    AccessTime,

    /// <summary>An <c>MS_</c> flag of the superblock.</summary>
    SuperBlock,

    /// <summary>How mounts and unmounts travel to and from the mount: an <c>MS_</c> flag.</summary>
    Propagation,

    /// <summary>What is done at all: a bind mount or a remount, an <c>MS_</c> flag.</summary>
    Operation,

    /// <summary>Which ids the files of a bind mount have.</summary>
    IdMap,

    /// <summary>Filling a new tmpfs with what it is about to cover.</summary>
    CopyUp,
}
