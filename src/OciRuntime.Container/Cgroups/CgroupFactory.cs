using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Systemd;
using OciRuntime.Container.Cgroups.V1;
using OciRuntime.Container.Cgroups.V2;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>Chooses the cgroup driver: the file system's own (<c>cgroupfs</c>) or systemd's, for v1, hybrid or v2.</summary>
public static class CgroupFactory
{
    /// <summary>The cgroup of a new container. Makes nothing yet.</summary>
    /// <param name="id">The container's id; the cgroup's name when <paramref name="cgroupsPath"/> is null or empty.</param>
    /// <param name="cgroupsPath">
    /// <c>linux.cgroupsPath</c>. Absolute: below each hierarchy's mount point. Relative: below this process's own
    /// cgroup (v1), or beside it (v2, where a cgroup with processes cannot have controllers below it).
    /// </param>
    /// <param name="systemd">Whether systemd makes the cgroup; <paramref name="cgroupsPath"/> is then <c>slice:prefix:name</c>.</param>
    /// <param name="rootless">
    /// Whether missing permission is fine as long as no path and no limit is asked for. Null: for any user but the
    /// host's root; root of a user namespace of its own is not that.
    /// </param>
    /// <param name="warn">Receives warnings, one line each.</param>
    /// <param name="annotations">The config's, some of which are properties of a systemd scope.</param>
    /// <param name="resources">The limits that <see cref="ICgroup.Apply"/> will set, for systemd, which sets them with the cgroup.</param>
    /// <exception cref="ContainerException">The path or the host's layout cannot be used.</exception>
    public static ICgroup ForNew(
        string id, string? cgroupsPath, bool systemd, bool? rootless, Action<string> warn,
        IReadOnlyDictionary<string, string>? annotations = null, LinuxResources? resources = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        bool isRootless = rootless ?? geteuid() != 0;
        if (systemd)
            return SystemdCgroupFactory.ForNew(id, cgroupsPath, isRootless, warn, annotations, resources);
        CgroupLayout layout = CgroupLayout.For(resources);
        bool hasPath = !string.IsNullOrEmpty(cgroupsPath);
        List<CgroupPath> paths = CgroupNaming.Resolve(layout, CgroupNaming.Clean(hasPath ? cgroupsPath! : id));
        if (paths.Count == 0)
            throw new ContainerException($"create the container's cgroup: no cgroup file system is mounted at {CgroupLayout.Root}", "mount one: cgroup v2 with mount -t cgroup2 none " + CgroupLayout.Root);
        if (layout.Mode == CgroupMode.Unified)
            return new V2Cgroup(paths[0], warn) { DropsForbidden = rootless != false && !hasPath, IsRootless = isRootless };
        return new V1Cgroup(paths, warn, isRootless) { DropsForbidden = rootless != false && !hasPath };
    }

    /// <summary>The cgroup of a container that exists, from the paths that were stored for it.</summary>
    public static ICgroup Load(IReadOnlyList<CgroupPath> paths, bool systemd, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ICgroup cgroup = paths is [{ Hierarchy.Length: 0 }] ? new V2Cgroup(paths[0], warn) { IsLoaded = true } : new V1Cgroup(paths, warn) { IsLoaded = true };
        return systemd ? SystemdCgroupFactory.Load(cgroup, warn) : cgroup;
    }

    /// <summary>Where a further process of a running container belongs. Not to be created or removed.</summary>
    /// <param name="container">The container's cgroup.</param>
    /// <param name="subCgroups">
    /// Each <c>[CONTROLLER[,CONTROLLER]:]PATH</c> (runc's <c>exec --cgroup</c>): a cgroup below the container's; with
    /// controllers (v1), in their hierarchies only. Null or empty: the container's own.
    /// </param>
    /// <param name="init">
    /// Process id of the container's init. On v2 its cgroup is used when the container's own may no longer have
    /// processes because the container has made cgroups below it.
    /// </param>
    /// <param name="warn">Receives warnings, one line each.</param>
    /// <exception cref="ContainerException">A path leads out of the container's cgroup, or names an unknown controller.</exception>
    public static ICgroup ForExec(ICgroup container, IReadOnlyList<string>? subCgroups, int init, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(container);
        var paths = new List<CgroupPath>(container.Paths);
        if (subCgroups is { Count: > 0 })
            SubCgroups.Apply(paths, subCgroups);
        else if (paths is [{ Hierarchy.Length: 0 }])
            SubCgroups.FollowInit(paths, init);
        ICgroup cgroup = Load(paths, systemd: false, warn);
        return container is SystemdCgroup { IsUser: true } scope
            ? new SystemdCgroup(cgroup, scope.Unit, isUser: true, warn) { InnerPath = paths[0].Path[container.Paths[0].Path.Length..] }
            : cgroup;
    }
}
