using System.Collections.Generic;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>Where a container's processes are in one hierarchy.</summary>
/// <param name="Hierarchy">
/// Empty for cgroup v2; otherwise the controllers as <c>/proc/self/cgroup</c> lists them: <c>cpu,cpuacct</c>, <c>name=systemd</c>.
/// </param>
/// <param name="Path">The cgroup below the root of the hierarchy's mount, such as <c>/a/b</c>.</param>
/// <param name="Directory">The same, as an absolute path on the host.</param>
public sealed record CgroupPath(string Hierarchy, string Path, string Directory)
{
    /// <summary>Whether there is a cgroup in one of the places.</summary>
    internal static bool AnyExists(IReadOnlyList<CgroupPath> cgroups)
    {
        for (int i = 0; i < cgroups.Count; i++)
        {
            if (faccessat(AT_FDCWD, cgroups[i].Directory, F_OK, 0) == 0)
                return true;
        }

        return false;
    }
}
