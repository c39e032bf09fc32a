using System;

namespace OciRuntime.Container.Cgroups;

/// <summary>One mounted hierarchy and the place of this process in it.</summary>
/// <param name="Controllers">As in <c>/proc/self/cgroup</c>; empty for v2.</param>
/// <param name="MountPoint">Absolute path.</param>
/// <param name="SelfPath">This process's cgroup below <paramref name="MountPoint"/>; <c>/</c> for the root.</param>
public sealed record CgroupHierarchy(string Controllers, string MountPoint, string SelfPath)
{
    /// <summary>Whether this is the v2 hierarchy.</summary>
    public bool IsUnified => Controllers.Length == 0;

    /// <summary>Whether the hierarchy has <paramref name="controller"/>, alone or mounted together with others.</summary>
    public bool Has(string controller) => Contains(Controllers, controller);

    /// <summary>Whether the comma-separated <paramref name="list"/> has <paramref name="item"/>.</summary>
    internal static bool Contains(string list, string item)
    {
        ReadOnlySpan<char> rest = list;
        while (true)
        {
            int comma = rest.IndexOf(',');
            if ((comma < 0 ? rest : rest[..comma]).SequenceEqual(item))
                return true;
            if (comma < 0)
                return false;
            rest = rest[(comma + 1)..];
        }
    }
}
