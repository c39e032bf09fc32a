using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>The shapes that the kernel's statistics files have.</summary>
internal static class StatisticsFile
{
    /// <summary>Lines of <c>NAME NUMBER</c>; empty when there is no such file.</summary>
    public static SortedDictionary<string, ulong> ReadKeys(CgroupDirectory directory, string file)
    {
        var values = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (string line in Lines(directory, file))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0)
                values[line[..space]] = CgroupDirectory.ParseNumber(line.AsSpan(space + 1));
        }
        return values;
    }

    /// <summary>The lines of a file; none when there is no such file, or when it needs a kernel parameter (psi=1).</summary>
    /// <exception cref="LinuxException">The file cannot be read.</exception>
    public static string[] Lines(CgroupDirectory directory, string file)
    {
        string? text = directory.TryRead(file, out int error);
        if (text is null && error is not (Errno.ENOENT or Errno.ENODEV or Errno.EOPNOTSUPP))
            throw new LinuxException("read", error, directory.Path + "/" + file);
        return text?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];
    }

    /// <summary>Numbers between spaces.</summary>
    public static List<ulong> Numbers(string? text)
    {
        var numbers = new List<ulong>();
        foreach (string field in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            numbers.Add(CgroupDirectory.ParseNumber(field));
        return numbers;
    }

    /// <summary>A list as in cpuset(7): <c>0-3,7</c>.</summary>
    public static List<ushort> Ranges(string? text)
    {
        var numbers = new List<ushort>();
        foreach (string range in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int dash = range.IndexOf('-', StringComparison.Ordinal);
            if (!ushort.TryParse(dash < 0 ? range : range.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)
                || !ushort.TryParse(range.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort last))
                continue;
            for (int number = first; number <= last; number++)
                numbers.Add((ushort)number);
        }
        return numbers;
    }

    /// <summary>The sizes of huge pages that this kernel has, as the files are named: <c>2MB</c>, <c>1GB</c>.</summary>
    public static List<string> HugePageSizes()
    {
        var sizes = new List<string>();
        using FileDescriptor directory = new(open("/sys/kernel/mm/hugepages", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!directory.IsOpen)
            return sizes;
        DirectoryEntries.ForEach(directory, (entry, _) =>
        {
            string name = entry.ToString();
            if (!name.StartsWith("hugepages-", StringComparison.Ordinal) || !ulong.TryParse(name.AsSpan("hugepages-".Length..^2), out ulong kilobytes))
                return;
            sizes.Add(kilobytes switch
            {
                >= 1 << 20 => $"{kilobytes >> 20}GB",
                >= 1 << 10 => $"{kilobytes >> 10}MB",
                _ => $"{kilobytes}KB",
            });
        });
        return sizes;
    }
}
