using System.IO;

namespace OciRuntime.Tests.Support;

/// <summary>The machine's cgroups: v1 (or hybrid) hierarchies below /sys/fs/cgroup, or v2 alone at that place.</summary>
public static class Cgroups
{
    /// <summary>Where every distribution mounts them.</summary>
    public const string Root = "/sys/fs/cgroup";

    /// <summary>Whether the machine has v2 alone.</summary>
    public static bool IsV2 { get; } = File.Exists(Root + "/cgroup.controllers");

    /// <summary>The directory of a cgroup, in the hierarchy that has a controller.</summary>
    public static string DirectoryOf(string controller, string path) => (IsV2 ? Root : $"{Root}/{controller}") + path;
}
