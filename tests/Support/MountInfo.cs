using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace OciRuntime.Tests.Support;

/// <summary>One line of /proc/PID/mountinfo.</summary>
public sealed record MountInfo(string Root, string Point, IReadOnlyList<string> Options, IReadOnlyList<string> Propagation, string Type, string Source, IReadOnlyList<string> SuperOptions)
{
    /// <summary>Reads the lines of a mountinfo file.</summary>
    public static IReadOnlyList<MountInfo> Parse(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseLine).ToList();

    /// <summary>The host's mounts.</summary>
    public static IReadOnlyList<MountInfo> OfSelf() => Parse(File.ReadAllText("/proc/self/mountinfo"));

    private static MountInfo ParseLine(string line)
    {
        string[] fields = line.TrimEnd('\r').Split(' ');
        int dash = Array.IndexOf(fields, "-", 6);
        return new MountInfo(
            fields[3],
            fields[4],
            fields[5].Split(','),
            fields[6..dash],
            fields[dash + 1],
            fields[dash + 2],
            fields.Length > dash + 3 ? fields[dash + 3].Split(',') : []);
    }
}
