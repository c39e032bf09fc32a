using System;
using System.Collections.Generic;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>
/// The host's cgroup mounts, found once per process with one read of <c>/proc/self/cgroup</c> and one
/// <c>statfs</c> per hierarchy; <c>mountinfo</c>, which has a line per mount of the host, is read only where a
/// hierarchy that is needed is not at <c>/sys/fs/cgroup/CONTROLLERS</c>. The kernel goes on to list a hierarchy that
/// nobody mounts any more for as long as it has cgroups.
/// </summary>
public sealed class CgroupLayout
{
    /// <summary>Where every distribution mounts its cgroups.</summary>
    public const string Root = "/sys/fs/cgroup";

    /// <summary>What every host with v1 mounts, and limits are commonly set with.</summary>
    private static readonly string[] s_common =
        ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "pids", "blkio", "name=systemd"];

    private static CgroupLayout? s_current;

    private CgroupLayout(CgroupMode mode, IReadOnlyList<CgroupHierarchy> hierarchies, CgroupHierarchy? unified)
    {
        Mode = mode;
        Hierarchies = hierarchies;
        Unified = unified;
    }

    /// <summary>
    /// The layout as this process sees it; without hierarchies of other than the common controllers that are not at
    /// their usual place, unless <see cref="For"/> has looked for them.
    /// </summary>
    /// <exception cref="LinuxException"><c>/proc/self/cgroup</c> cannot be read.</exception>
    public static CgroupLayout Current => s_current ??= Detect(everywhere: false);

    /// <summary>The current layout, from now on with every hierarchy wherever it is mounted, if a limit may need that.</summary>
    /// <exception cref="LinuxException"><c>/proc/self/cgroup</c> or <c>/proc/self/mountinfo</c> cannot be read.</exception>
    public static CgroupLayout For(LinuxResources? resources)
    {
        bool isNeeded = resources is { Network: not null } or { HugepageLimits.Count: > 0 } or { Rdma.Count: > 0 };
        return isNeeded && Current.HasOthers ? s_current = Detect(everywhere: true) : Current;
    }

    /// <summary>Whether there are hierarchies that nobody has looked for.</summary>
    private bool HasOthers { get; init; }

    public CgroupMode Mode { get; }

    /// <summary>The mounted v1 hierarchies, highest number first as in <c>/proc/self/cgroup</c>; empty on pure v2.</summary>
    public IReadOnlyList<CgroupHierarchy> Hierarchies { get; }

    /// <summary>The v2 hierarchy; null on pure v1.</summary>
    public CgroupHierarchy? Unified { get; }

    /// <summary>The v1 hierarchy that has <paramref name="controller"/>, or null.</summary>
    public CgroupHierarchy? Find(string controller)
    {
        for (int i = 0; i < Hierarchies.Count; i++)
            if (Hierarchies[i].Has(controller))
                return Hierarchies[i];
        return null;
    }

    private static CgroupLayout Detect(bool everywhere)
    {
        string membership = FileContent.ReadText(AT_FDCWD, "/proc/self/cgroup");
        if (MagicOf(Root) == CGROUP2_SUPER_MAGIC)
            return new CgroupLayout(CgroupMode.Unified, [], new CgroupHierarchy("", Root, UnifiedPath(membership)));

        var hierarchies = new List<CgroupHierarchy>(16);
        CgroupMounts? mounts = null;
        bool hasOthers = false;
        ReadOnlySpan<char> rest = membership;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> line = TakeLine(ref rest);
            if (!TrySplit(line, out string controllers, out string path) || controllers.Length == 0)
                continue;
            string mountPoint = Root + "/" + (controllers.StartsWith("name=", StringComparison.Ordinal) ? controllers[5..] : controllers);
            if (MagicOf(path == "/" ? mountPoint : mountPoint + path) == CGROUP_SUPER_MAGIC)
                hierarchies.Add(new CgroupHierarchy(controllers, mountPoint, path));
            else if (!everywhere && !IsCommon(controllers))
                hasOthers = true;
            else if ((mounts ??= CgroupMounts.Read()).Find(controllers, path) is { } found)
                hierarchies.Add(found);
        }

        const string hybrid = Root + "/unified";
        CgroupHierarchy? unified = MagicOf(hybrid) == CGROUP2_SUPER_MAGIC
            ? new CgroupHierarchy("", hybrid, UnifiedPath(membership))
            : null;
        return new CgroupLayout(unified is null ? CgroupMode.V1 : CgroupMode.Hybrid, hierarchies, unified) { HasOthers = hasOthers };
    }

    private static bool IsCommon(string controllers)
    {
        foreach (string controller in s_common)
            if (CgroupHierarchy.Contains(controllers, controller))
                return true;
        return false;
    }

    private static long MagicOf(string path) => statfs(path, out statfs_t fs) == 0 ? fs.f_type : 0;

    private static string UnifiedPath(string membership)
    {
        ReadOnlySpan<char> rest = membership;
        while (!rest.IsEmpty)
            if (TrySplit(TakeLine(ref rest), out string controllers, out string path) && controllers.Length == 0)
                return path;
        return "/";
    }

    private static ReadOnlySpan<char> TakeLine(ref ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOf('\n');
        ReadOnlySpan<char> line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line;
    }

    /// <summary>A line is <c>NUMBER:CONTROLLERS:PATH</c>; the path may have colons.</summary>
    internal static bool TrySplit(ReadOnlySpan<char> line, out string controllers, out string path)
    {
        controllers = path = "";
        int first = line.IndexOf(':');
        if (first < 0)
            return false;
        ReadOnlySpan<char> rest = line[(first + 1)..];
        int second = rest.IndexOf(':');
        if (second < 0)
            return false;
        controllers = rest[..second].ToString();
        path = rest[(second + 1)..].ToString();
        // A process outside the cgroup namespace's root sees /.., which cannot be walked from the mount.
        if (path.Length == 0 || path == "/.." || path.StartsWith("/../", StringComparison.Ordinal))
            path = "/";
        return true;
    }
}
