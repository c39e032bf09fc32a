namespace OciRuntime.Container.Rootfs;

/// <summary>One row of <see cref="MountOptions"/>.</summary>
/// <param name="Name">As in <c>mounts[].options</c>.</param>
/// <param name="Kind">What it acts on.</param>
/// <param name="Flag">The flag, <c>MOUNT_ATTR_</c> or <c>MS_</c> by kind.</param>
/// <param name="Clear">Whether the flag is cleared instead of set.</param>
/// <param name="Recursive">Whether it reaches the mounts below.</param>
internal readonly record struct MountOption(string Name, MountOptionKind Kind, ulong Flag, bool Clear = false, bool Recursive = false);
