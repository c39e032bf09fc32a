using System;

namespace OciRuntime.Container.Cgroups;

/// <summary>Files with a line per block device (<c>8:0 1048576</c>, <c>8:0 rbps=1048576 wbps=max</c>), of which a write changes one.</summary>
internal static class DeviceLines
{
    /// <summary>The present line of a device without its number, or null.</summary>
    public static string? Find(string? content, long major, long minor)
    {
        string start = $"{major}:{minor} ";
        foreach (Range range in content.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = content.AsSpan(range);
            if (line.StartsWith(start))
                return line[start.Length..].ToString();
        }
        return null;
    }

    /// <summary>The write that brings a device's present value back.</summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="file">The file.</param>
    /// <param name="major">Of the device.</param>
    /// <param name="minor">Of the device.</param>
    /// <param name="unset">The value of a device without a line, such as <c>0</c> or <c>rbps=max</c>.</param>
    /// <returns>null while no journal is kept.</returns>
    public static string? Undo(CgroupDirectory directory, string file, long major, long minor, string unset) =>
        directory.Journal is null ? null : $"{major}:{minor} {Find(directory.TryRead(file, out _), major, minor) ?? unset}";
}
