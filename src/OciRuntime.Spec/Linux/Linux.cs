using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>What only Linux has (config-linux.md).</summary>
public sealed record Linux
{
    /// <summary>User ids of the user namespace ("User namespace mappings").</summary>
    public IReadOnlyList<LinuxIDMapping>? UIDMappings { get; init; }

    /// <summary>Group ids of the user namespace ("User namespace mappings").</summary>
    public IReadOnlyList<LinuxIDMapping>? GIDMappings { get; init; }

    /// <summary>Kernel parameters, names as sysctl(8) takes them ("Sysctl").</summary>
    public IReadOnlyDictionary<string, string>? Sysctl { get; init; }

    /// <summary>Limits of the cgroup ("Control groups").</summary>
    public LinuxResources? Resources { get; init; }

    /// <summary>Where the cgroup is; with systemd <c>slice:prefix:name</c> ("Cgroups Path").</summary>
    public string? CgroupsPath { get; init; }

    /// <summary>Namespaces that are made or joined ("Namespaces").</summary>
    public IReadOnlyList<LinuxNamespace>? Namespaces { get; init; }

    /// <summary>Device nodes beside the default ones ("Devices").</summary>
    public IReadOnlyList<LinuxDevice>? Devices { get; init; }

    /// <summary>Network devices to move into the container, by host name ("Network Devices").</summary>
    public IReadOnlyDictionary<string, LinuxNetDevice>? NetDevices { get; init; }

    /// <summary>System call filter ("Seccomp").</summary>
    public LinuxSeccomp? Seccomp { get; init; }

    /// <summary>Propagation of the root mount ("Rootfs Mount Propagation").</summary>
    public string? RootfsPropagation { get; init; }

    /// <summary>Paths that cannot be read in the container ("Masked Paths").</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>Paths that cannot be written in the container ("Readonly Paths").</summary>
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    /// <summary>SELinux context of the mounts ("Mount Label").</summary>
    public string? MountLabel { get; init; }

    /// <summary>Cache and memory bandwidth control ("IntelRdt").</summary>
    public LinuxIntelRdt? IntelRdt { get; init; }

    /// <summary>NUMA memory policy ("Memory policy").</summary>
    public LinuxMemoryPolicy? MemoryPolicy { get; init; }

    /// <summary>Execution domain ("Personality").</summary>
    public LinuxPersonality? Personality { get; init; }

    /// <summary>Clock offsets of the time namespace, by clock name ("Offset for Time Namespace").</summary>
    public IReadOnlyDictionary<string, LinuxTimeOffset>? TimeOffsets { get; init; }

    /// <summary>The entry of <see cref="Namespaces"/> of a type; null when the container shares the runtime's namespace.</summary>
    public LinuxNamespace? FindNamespace(string type)
    {
        for (int i = 0; i < Namespaces?.Count; i++)
        {
            if (Namespaces[i].Type == type)
                return Namespaces[i];
        }
        return null;
    }
}
