using System;
using System.Text;
using OciRuntime.Container.Errors;

namespace OciRuntime.Container.Cgroups.Systemd;

/// <summary>The scope of a container, and the slice that it is in.</summary>
/// <param name="Name">Such as <c>docker-1234.scope</c>.</param>
/// <param name="Slice">Such as <c>a-b.slice</c>; empty: the manager's default.</param>
internal sealed record SystemdUnit(string Name, string Slice)
{
    private const string SliceSuffix = ".slice";
    private const string ScopeSuffix = ".scope";

    /// <summary>From <c>linux.cgroupsPath</c> in the form <c>slice:prefix:name</c>, as engines send it to runc.</summary>
    /// <param name="id">The container's id; its scope's name when <paramref name="cgroupsPath"/> is null or empty.</param>
    /// <param name="cgroupsPath">linux.cgroupsPath.</param>
    /// <exception cref="ContainerException">It does not have that form.</exception>
    public static SystemdUnit From(string id, string? cgroupsPath)
    {
        if (string.IsNullOrEmpty(cgroupsPath))
            return new SystemdUnit($"ocirun-{id}{ScopeSuffix}", "");
        string[] parts = cgroupsPath.Split(':');
        if (parts.Length != 3)
            throw new ContainerException($"expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"{cgroupsPath}\" instead");
        if (parts[0].Length > 0)
            _ = PathOf(parts[0]);
        if (parts[2].Length == 0 || parts[2].EndsWith(SliceSuffix, StringComparison.Ordinal) || cgroupsPath.AsSpan().IndexOfAny('/', '\0') >= 0)
            throw new ContainerException($"linux.cgroupsPath \"{cgroupsPath}\": \"{parts[2]}\" cannot be a scope's name");
        return new SystemdUnit($"{parts[1]}-{parts[2]}{ScopeSuffix}", parts[0]);
    }

    /// <summary>
    /// The cgroup of a slice: each dash of the name is a level (systemd.slice(5)), so that <c>a-b.slice</c> is
    /// <c>/a.slice/a-b.slice</c>; <c>-.slice</c> is the root, here empty.
    /// </summary>
    /// <exception cref="ContainerException">It is not the name of a slice.</exception>
    public static string PathOf(string slice)
    {
        if (slice == "-" + SliceSuffix)
            return "";
        if (slice.Length <= SliceSuffix.Length || !slice.EndsWith(SliceSuffix, StringComparison.Ordinal) || slice.Contains('/', StringComparison.Ordinal))
            throw Invalid(slice);
        var path = new StringBuilder();
        string name = slice[..^SliceSuffix.Length];
        for (int dash = 0; dash >= 0 && dash < name.Length;)
        {
            int next = name.IndexOf('-', dash);
            // Neither "a--b" nor "-a" nor "a-".
            if (next == dash || next == name.Length - 1)
                throw Invalid(slice);
            path.Append('/').Append(next < 0 ? name : name.AsSpan(0, next)).Append(SliceSuffix);
            dash = next < 0 ? next : next + 1;
        }
        return path.ToString();
    }

    private static ContainerException Invalid(string slice) => new($"linux.cgroupsPath: invalid slice name: {slice}");
}
