using System;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>Which controllers a v2 cgroup has: those that every cgroup above it passes on (cgroup-v2.rst, "Controlling Controllers").</summary>
internal static class ControllerTree
{
    /// <summary>The controllers of <paramref name="wanted"/> that <paramref name="present"/> lacks, as <c>+cpu +memory</c>; empty if none.</summary>
    public static string Missing(string wanted, string present)
    {
        StringBuilder? missing = null;
        foreach (Range range in wanted.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> controller = wanted.AsSpan(range);
            if (controller.IsEmpty || Has(present, controller))
                continue;
            missing ??= new StringBuilder();
            missing.Append(missing.Length == 0 ? "+" : " +").Append(controller);
        }
        return missing?.ToString() ?? "";
    }

    /// <summary>Whether the space-separated <paramref name="controllers"/> have <paramref name="controller"/>.</summary>
    public static bool Has(string controllers, ReadOnlySpan<char> controller)
    {
        foreach (Range range in controllers.AsSpan().Split(' '))
            if (controllers.AsSpan(range).SequenceEqual(controller))
                return true;
        return false;
    }

    /// <summary>Passes controllers on in every cgroup from the root down to the parent of <paramref name="path"/>.</summary>
    /// <param name="path">A v2 cgroup.</param>
    /// <param name="controllers">As from <see cref="Missing"/>.</param>
    /// <returns>
    /// What stood in the way first, or null. Not an error by itself: a sub-tree that was delegated to this user has
    /// what it was given, and a limit of a controller that is not there fails later.
    /// </returns>
    public static string? Enable(CgroupPath path, string controllers)
    {
        string? obstacle = null;
        int end = path.Directory.Length - path.Path.Length;
        while (end < path.Directory.Length)
        {
            using var level = new CgroupDirectory(path.Directory[..end], CGROUP2_SUPER_MAGIC);
            // All in one write, or none: one by one, the possible ones are passed on.
            if (level.TryWrite("cgroup.subtree_control", controllers) != 0)
                foreach (string controller in controllers.Split(' '))
                    if (level.TryWrite("cgroup.subtree_control", controller) is var error and not 0)
                        obstacle ??= Obstacle(level.Path, controller, error);
            int next = path.Directory.IndexOf('/', end + 1);
            if (next < 0)
                break;
            end = next;
        }
        return obstacle;
    }

    private static string Obstacle(string directory, string controller, int error)
    {
        string text = $"write \"{controller}\" to {directory}/cgroup.subtree_control: {Errno.Text(error)}";
        return error == Errno.EBUSY
            ? text + ": a cgroup with processes of its own cannot pass controllers on: move them into a cgroup below it"
            : text;
    }
}
