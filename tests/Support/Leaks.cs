using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace OciRuntime.Tests.Support;

/// <summary>
/// Finds what a container may leave on the host. Everything that belongs to a test has the test's token in its name
/// (ids, directories), so tests that run at the same time do not see each other's.
/// </summary>
public static class Leaks
{
    /// <summary>The mounts, cgroups, processes (with their namespaces) and state directories that carry the token.</summary>
    public static IReadOnlyList<string> Of(string token, string root)
    {
        var found = new List<string>();
        found.AddRange(MountInfo.OfSelf()
            .Where(mount => mount.Point.Contains(token, StringComparison.Ordinal) || mount.Root.Contains(token, StringComparison.Ordinal))
            .Select(mount => $"mount {mount.Point} ({mount.Type})"));
        found.AddRange(CgroupsNamed(token).Select(path => $"cgroup {path}"));
        found.AddRange(ProcessesOf(token));
        if (Directory.Exists(root))
            found.AddRange(Directory.GetFileSystemEntries(root).Where(path => Path.GetFileName(path).Contains(token, StringComparison.Ordinal)).Select(path => $"state {path}"));
        return found;
    }

    /// <summary>The topmost cgroup directories, in every hierarchy, whose name contains the token.</summary>
    public static IEnumerable<string> CgroupsNamed(string token) =>
        Named(Cgroups.Root, token);

    private static IEnumerable<string> Named(string directory, string token)
    {
        string[] children;
        try
        {
            children = Directory.GetDirectories(directory);
        }
        catch (IOException)
        {
            yield break; // Removed by another test meanwhile.
        }

        foreach (string child in children)
        {
            // On v1, cpu is a link to cpu,cpuacct.
            if (directory == Cgroups.Root && new FileInfo(child).LinkTarget is not null)
                continue;
            // A slice is systemd's, which collects it when it is idle.
            if (Path.GetFileName(child).Contains(token, StringComparison.Ordinal) && !child.EndsWith(".slice", StringComparison.Ordinal))
                yield return child;
            else
                foreach (string found in Named(child, token))
                    yield return found;
        }
    }

    // A container's process shows its bundle in its mountinfo, a runtime's has the --root in its arguments.
    private static IEnumerable<string> ProcessesOf(string token)
    {
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out int pid) || pid == Environment.ProcessId || !Linux.IsAlive(pid))
                continue;
            string arguments, mounts;
            try
            {
                arguments = File.ReadAllText($"{directory}/cmdline").Replace('\0', ' ');
                mounts = File.ReadAllText($"{directory}/mountinfo");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue; // Gone, or a zombie.
            }

            if (arguments.Contains(token, StringComparison.Ordinal) || mounts.Contains(token, StringComparison.Ordinal))
                yield return $"process {pid}: {arguments}";
        }
    }
}
