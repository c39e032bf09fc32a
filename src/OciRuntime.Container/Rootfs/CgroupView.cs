using System.Collections.Generic;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;

namespace OciRuntime.Container.Rootfs;

/// <summary>One v1 hierarchy inside a container's cgroup mount.</summary>
/// <param name="Name">Of its directory: the name of the host's mount point, such as <c>cpu,cpuacct</c> or <c>systemd</c>.</param>
/// <param name="Parameters">For a new mount of the hierarchy.</param>
/// <param name="Directory">The container's cgroup on the host; null where it has none of its own.</param>
/// <param name="CallerDirectory">The cgroup of the runtime's caller: where the container stays when it has none of its own.</param>
/// <param name="Links">The single controllers of a directory that has several: they become symbolic links to it.</param>
internal sealed record CgroupView(CString Name, FileSystemParameter[] Parameters, CString? Directory, CString CallerDirectory, CString[] Links)
{
    /// <summary>All mounted v1 hierarchies, with the container's place in each.</summary>
    public static CgroupView[] Of(CgroupLayout layout, IReadOnlyList<CgroupPath> paths)
    {
        CgroupView[] views = new CgroupView[layout.Hierarchies.Count];
        for (int i = 0; i < views.Length; i++)
        {
            CgroupHierarchy hierarchy = layout.Hierarchies[i];
            string name = LexicalPath.Name(hierarchy.MountPoint);
            string[] controllers = hierarchy.Controllers.Split(',');
            views[i] = new CgroupView(name, Configure(name, controllers), Find(hierarchy.Controllers, paths),
                LexicalPath.Absolute($".{hierarchy.SelfPath}", hierarchy.MountPoint), Link(name));
        }
        return views;
    }

    private static FileSystemParameter[] Configure(string name, string[] controllers)
    {
        FileSystemParameter[] parameters = new FileSystemParameter[controllers.Length + 1];
        parameters[0] = new FileSystemParameter("source", controllers[0].Contains('=') ? name : "cgroup");
        for (int i = 0; i < controllers.Length; i++)
        {
            int equals = controllers[i].IndexOf('=');
            parameters[i + 1] = equals < 0
                ? new FileSystemParameter(controllers[i])
                : new FileSystemParameter(controllers[i][..equals], controllers[i][(equals + 1)..]);
        }
        return parameters;
    }

    private static CString[] Link(string name)
    {
        string[] controllers = name.Split(',');
        CString[] links = new CString[controllers.Length > 1 ? controllers.Length : 0];
        for (int i = 0; i < links.Length; i++)
            links[i] = controllers[i];
        return links;
    }

    private static CString? Find(string controllers, IReadOnlyList<CgroupPath> paths)
    {
        for (int i = 0; i < paths.Count; i++)
        {
            if (paths[i].Hierarchy == controllers)
                return paths[i].Directory;
        }
        return null;
    }
}
