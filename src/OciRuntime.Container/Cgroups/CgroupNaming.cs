using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Container.Errors;

namespace OciRuntime.Container.Cgroups;

/// <summary>From <c>linux.cgroupsPath</c> to directories (config-linux.md, "Cgroups Path").</summary>
internal static class CgroupNaming
{
    /// <summary>
    /// The path with empty and <c>.</c> components taken out. Untrusted: <c>..</c> would lead out of the subtree
    /// that the caller means, and is refused (runc resolves it against the root and goes on with another path).
    /// </summary>
    /// <returns>Without a final slash; with a first one if <paramref name="path"/> is absolute.</returns>
    /// <exception cref="ContainerException">The path has <c>..</c>, a NUL or a newline, or names nothing.</exception>
    public static string Clean(string path)
    {
        if (path.AsSpan().IndexOfAny('\0', '\n') >= 0)
            throw new ContainerException($"linux.cgroupsPath \"{path.Replace("\0", "\\0", StringComparison.Ordinal)}\": contains a NUL or a newline");
        var result = new StringBuilder(path.Length + 1);
        foreach (Range range in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> part = path.AsSpan(range);
            if (part.IsEmpty || part.SequenceEqual("."))
                continue;
            if (part.SequenceEqual(".."))
                throw new ContainerException($"linux.cgroupsPath \"{path}\": must not contain \"..\"");
            result.Append('/').Append(part);
        }
        if (result.Length == 0)
            throw new ContainerException($"linux.cgroupsPath \"{path}\": the root cgroup cannot be a container's", "name a cgroup below it");
        return path[0] == '/' ? result.ToString() : result.ToString(1, result.Length - 1);
    }

    /// <summary>The container's cgroup in every hierarchy of <paramref name="layout"/>.</summary>
    /// <param name="path">From <see cref="Clean"/>.</param>
    public static List<CgroupPath> Resolve(CgroupLayout layout, string path)
    {
        var result = new List<CgroupPath>(layout.Hierarchies.Count + 1);
        for (int i = 0; i < layout.Hierarchies.Count; i++)
            result.Add(In(layout.Hierarchies[i], path, layout.Hierarchies[i].SelfPath));
        if (layout.Unified is { } unified)
            result.Add(In(unified, path, layout.Mode == CgroupMode.Unified ? ParentOf(unified.SelfPath) : unified.SelfPath));
        return result;
    }

    private static CgroupPath In(CgroupHierarchy hierarchy, string path, string self)
    {
        string inner = path[0] == '/' ? path : self == "/" ? "/" + path : self + "/" + path;
        return new CgroupPath(hierarchy.Controllers, inner, hierarchy.MountPoint + inner);
    }

    /// <summary>The directory above; <c>/</c> above the first level.</summary>
    internal static string ParentOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }
}
