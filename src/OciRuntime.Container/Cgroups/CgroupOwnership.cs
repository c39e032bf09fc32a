using System;
using System.Collections.Generic;
using OciRuntime.Container.Namespaces;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups;

/// <summary>Whose a container's v2 cgroup is (config-linux.md, "Cgroup ownership").</summary>
internal static class CgroupOwnership
{
    /// <summary>
    /// The host id of the container's user when the config hands the cgroup to it: with a new cgroup namespace and a
    /// writable mount of the cgroup file system. Null otherwise, and when the id cannot be known: the mappings of a
    /// user namespace that is joined are not in the config.
    /// </summary>
    public static uint? Of(Config config)
    {
        if (!IsMountedWritable(config.Mounts) || config.Linux?.FindNamespace("cgroup") is not { Path: null or "" })
            return null;
        uint uid = config.Process?.User.UID ?? 0;
        if (config.Linux?.FindNamespace("user") is null)
            return uid;
        return IdMappings.ToHost(config.Linux!.UIDMappings, uid);
    }

    private static bool IsMountedWritable(IReadOnlyList<Mount>? mounts)
    {
        for (int i = 0; i < mounts?.Count; i++)
            if (mounts[i] is { Source: "cgroup", Destination: "/sys/fs/cgroup" } mount)
                return !IsReadonly(mount);
        return false;
    }

    private static bool IsReadonly(Mount mount)
    {
        for (int i = 0; i < mount.Options?.Count; i++)
            if (mount.Options[i] == "ro")
                return true;
        return false;
    }
}
