using System;
using System.Collections.Generic;
using OciRuntime.Container.IO;

namespace OciRuntime.Container.Cgroups;

/// <summary>The v1 cgroup mounts of <c>/proc/self/mountinfo</c>: for hosts that do not mount them at the usual place.</summary>
internal sealed class CgroupMounts
{
    private readonly List<(string MountPoint, string Root, string Options)> _mounts = [];

    public static CgroupMounts Read() => Parse(MountInfo.Read());

    /// <summary>Fields as in proc_pid_mountinfo(5): 4 is the root, 5 the mount point; after <c>-</c>, type, source, options.</summary>
    internal static CgroupMounts Parse(string mountInfo)
    {
        var result = new CgroupMounts();
        foreach (Range range in mountInfo.AsSpan().Split('\n'))
        {
            string line = mountInfo[range];
            int separator = line.IndexOf(" - cgroup ", StringComparison.Ordinal);
            if (separator < 0)
                continue;
            string[] fields = line[..separator].Split(' ');
            string[] tail = line[(separator + 3)..].Split(' ');
            if (fields.Length >= 5 && tail.Length >= 3)
                result._mounts.Add((MountInfo.Unescape(fields[4]), MountInfo.Unescape(fields[3]), tail[2]));
        }
        return result;
    }

    /// <summary>
    /// The mount of <paramref name="controllers"/>, or null. Where only a part of the hierarchy is mounted (a
    /// container without a cgroup namespace), <paramref name="path"/> is cut to what lies below that part.
    /// </summary>
    public CgroupHierarchy? Find(string controllers, string path)
    {
        int comma = controllers.IndexOf(',', StringComparison.Ordinal);
        string one = comma < 0 ? controllers : controllers[..comma];
        foreach ((string mountPoint, string root, string options) in _mounts)
        {
            if (!CgroupHierarchy.Contains(options, one))
                continue;
            if (root == "/" || root.Length == 0)
                return new CgroupHierarchy(controllers, mountPoint, path);
            bool below = path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
            return new CgroupHierarchy(controllers, mountPoint, below && path.Length > root.Length ? path[root.Length..] : "/");
        }
        return null;
    }
}
