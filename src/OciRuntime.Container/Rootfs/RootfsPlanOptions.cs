using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups;

namespace OciRuntime.Container.Rootfs;

/// <summary>What a root file system depends on beside the config.</summary>
public sealed record RootfsPlanOptions
{
    /// <summary><c>--no-pivot</c>: MS_MOVE and chroot in place of pivot_root, for hosts that run from an initramfs.</summary>
    public bool NoPivot { get; init; }

    /// <summary>The container's cgroup in each hierarchy (<see cref="ICgroup.Paths"/>); they exist when the child prepares the root.</summary>
    public IReadOnlyList<CgroupPath> CgroupPaths { get; init; } = [];

    /// <summary>Receives each warning, one line without a prefix.</summary>
    public required Action<string> Warn { get; init; }
}
