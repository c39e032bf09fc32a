using System;

namespace OciRuntime.Container.Cgroups;

/// <summary>Files with a line per device (<c>8:0 1048576</c>, <c>8:0 rbps=1048576 wbps=max</c>) or other key, of which a write changes one.</summary>
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

    /// <summary>The write that takes <paramref name="value"/> back, in a file of any kind.</summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="file">The file.</param>
    /// <param name="value">What is to be written: <c>KEY VALUE</c>, <c>KEY NAME=VALUE…</c>, or a value without a key (<c>50000 100000</c>).</param>
    /// <returns>null while no journal is kept.</returns>
    public static string? Undo(CgroupDirectory directory, string file, string value)
    {
        if (directory.Journal is null || directory.TryRead(file, out _) is not { } content)
            return null;
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool hasKey = words.Length > 1 && words[0] != "max" && !ulong.TryParse(words[0], out _);
        // io.weight takes its default without the key, too.
        string start = (hasKey ? words[0] : "default") + " ";
        foreach (string line in content.Split('\n'))
            if (line.StartsWith(start, StringComparison.Ordinal))
                return line;
        if (!hasKey)
            return content;
        for (int i = 1; i < words.Length; i++)
        {
            int equals = words[i].IndexOf('=', StringComparison.Ordinal);
            words[i] = equals >= 0 ? words[i][..equals] + "=max" : words[0].Contains(':', StringComparison.Ordinal) ? "default" : "max";
        }
        return string.Join(' ', words);
    }
}
