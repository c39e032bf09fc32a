using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>Which cgroup below the container's a further process joins.</summary>
internal static class SubCgroups
{
    /// <summary>Appends the paths of <c>exec --cgroup</c>.</summary>
    public static void Apply(List<CgroupPath> paths, IReadOnlyList<string> arguments)
    {
        var chosen = new HashSet<int>();
        foreach (string argument in arguments)
        {
            int colon = argument.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 && arguments.Count > 1)
                throw new ContainerException($"invalid --cgroup argument: {argument} (missing <controller>: prefix)");
            string inner = Inner(argument, argument[(colon + 1)..]);
            if (colon < 0)
            {
                for (int i = 0; i < paths.Count; i++)
                    Append(paths, i, inner);
                continue;
            }
            foreach (string controller in argument[..colon].Split(','))
            {
                int at = paths.FindIndex(path => path.Hierarchy == controller
                    || CgroupHierarchy.Contains(path.Hierarchy, controller) || path.Hierarchy == "name=" + controller);
                if (at < 0)
                    throw new ContainerException($"invalid --cgroup argument: {argument}: unknown controller {controller}");
                if (!chosen.Add(at))
                    throw new ContainerException($"invalid --cgroup argument(s) {string.Join(' ', arguments)}: path for controller \"{controller}\" already set");
                Append(paths, at, inner);
            }
        }
    }

    /// <summary>
    /// A v2 cgroup that passes controllers on may have no processes of its own (cgroup-v2.rst, "No Internal Process
    /// Constraint"): the kernel would answer EBUSY. The container's init has then moved further down.
    /// </summary>
    public static void FollowInit(List<CgroupPath> paths, int init)
    {
        CgroupPath path = paths[0];
        using var directory = new CgroupDirectory(path.Directory, CGROUP2_SUPER_MAGIC);
        if (directory.TryRead("cgroup.subtree_control", out _) is null or "")
            return;
        try
        {
            string membership = FileContent.ReadText(AT_FDCWD, $"/proc/{init}/cgroup");
            foreach (string line in membership.Split('\n'))
                if (CgroupLayout.TrySplit(line, out string controllers, out string own) && controllers.Length == 0
                    && own.StartsWith(path.Path + "/", StringComparison.Ordinal))
                    paths[0] = path with { Path = own, Directory = path.Directory[..^path.Path.Length] + own };
        }
        catch (LinuxException e)
        {
            throw new ContainerException("find the cgroup of the container's init", e);
        }
    }

    private static void Append(List<CgroupPath> paths, int i, string inner) =>
        paths[i] = paths[i] with { Path = paths[i].Path + inner, Directory = paths[i].Directory + inner };

    /// <summary>With a first slash, or empty for the container's own cgroup; <c>..</c> must not lead out of it.</summary>
    private static string Inner(string argument, string path)
    {
        if (path.Trim('/') is "" or ".")
            return "";
        try
        {
            return CgroupNaming.Clean("/" + path);
        }
        catch (ContainerException)
        {
            throw new ContainerException($"invalid --cgroup argument: {argument}: bad sub cgroup path: {path}");
        }
    }
}
