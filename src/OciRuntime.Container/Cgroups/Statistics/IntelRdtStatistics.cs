using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>What resctrl shows of a container's class and counts of its group: <c>intel_rdt</c> of runc's <c>events</c>.</summary>
/// <param name="MountPoint">Of resctrl.</param>
/// <param name="Directory">The class.</param>
/// <param name="MonitoringDirectory">The container's own monitoring group; null: what is counted is the class's.</param>
public sealed record IntelRdtStatistics(string MountPoint, string Directory, string? MonitoringDirectory)
{
    private static readonly string[] Bandwidth = ["mbm_total_bytes", "mbm_local_bytes"];
    private static readonly string[] Occupancy = ["llc_occupancy"];

    internal void Write(Utf8JsonWriter writer)
    {
        string[] root = Schemata(MountPoint), own = Schemata(Directory);
        WriteResource(writer, "L3", "l3_cache", ["min_cbm_bits", "num_closids"], "cbm_mask", root, own);
        WriteResource(writer, "MB", "mem_bw", ["bandwidth_gran", "delay_linear", "min_bandwidth", "num_closids"], null, root, own);
        CgroupStatistics.WriteNonEmpty(writer, "schemata", own, writer.WriteStringValue);

        string features = Resctrl.TryRead(MountPoint + "/info/L3_MON/mon_features") ?? "";
        WriteCounters(writer, "mbm_stats", Bandwidth, features);
        WriteCounters(writer, "cmt_stats", Occupancy, features);
    }

    private static string[] Schemata(string directory) =>
        (Resctrl.TryRead(directory + "/schemata") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private void WriteResource(Utf8JsonWriter writer, string resource, string name, string[] numbers, string? mask, string[] root, string[] own)
    {
        string info = $"{MountPoint}/info/{resource}/";
        if (Resctrl.TryRead(info + "num_closids") is null)
            return;
        writer.WriteStartObject(name + "_info");
        if (mask is not null && Resctrl.TryRead(info + mask) is { } bits)
            writer.WriteString(mask, bits);
        foreach (string number in numbers)
            CgroupStatistics.WriteNonZero(writer, number, Number(info + number));
        writer.WriteEndObject();
        WriteSchema(writer, name + "_schema_root", resource, root);
        WriteSchema(writer, name + "_schema", resource, own);
    }

    private static void WriteSchema(Utf8JsonWriter writer, string name, string resource, string[] lines)
    {
        foreach (string line in lines)
        {
            if (line.StartsWith(resource + ":", StringComparison.Ordinal))
                writer.WriteString(name, line);
        }
    }

    /// <summary>One object for each domain, in the order of their names.</summary>
    private void WriteCounters(Utf8JsonWriter writer, string name, string[] counters, string features)
    {
        string[] counted = Array.FindAll(counters, counter => Array.IndexOf(features.Split('\n'), counter) >= 0);
        if (counted.Length == 0)
            return;
        string directory = (MonitoringDirectory ?? Directory) + "/mon_data";
        using FileDescriptor data = Check.Fd(open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", directory);
        List<string> domains = [];
        DirectoryEntries.ForEach(data, (entry, _) => domains.Add(entry.ToString()));
        // List.Sort would cost every start (docs/performance.md, "The build's settings").
        CollectionsMarshal.AsSpan(domains).Sort(StringComparer.Ordinal);
        writer.WriteStartArray(name);
        foreach (string domain in domains)
        {
            writer.WriteStartObject();
            foreach (string counter in counted)
                writer.WriteNumber(counter, Number($"{directory}/{domain}/{counter}"));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>0 where there is none, or where the hardware has nothing to say (<c>Unavailable</c>).</summary>
    private static ulong Number(string path) =>
        ulong.TryParse(Resctrl.TryRead(path), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : 0;
}
