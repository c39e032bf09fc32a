using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

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

    /// <summary>The place of a process in its hierarchies, in the order of their names, without their numbers.</summary>
    public static IEnumerable<string> PlacesOf(int pid) =>
        File.ReadAllLines($"/proc/{pid}/cgroup").Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]).Order(StringComparer.Ordinal);
}
