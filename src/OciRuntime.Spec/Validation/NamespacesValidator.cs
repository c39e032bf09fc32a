using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>
/// <c>linux.namespaces</c>, and what configures the user and time namespaces (config-linux.md, "Namespaces", "User
/// namespace mappings", "Offset for Time Namespace").
/// </summary>
internal static class NamespacesValidator
{
    public static void Validate(ProblemList problems, Linux linux)
    {
        uint seen = 0;
        for (int i = 0; i < linux.Namespaces?.Count; i++)
        {
            LinuxNamespace entry = linux.Namespaces[i];
            uint bit = Bit(entry.Type);
            if (bit == 0)
                problems.AddUnknown(JsonPath.Item("linux.namespaces", i) + ".type", entry.Type, "a type of namespace");
            else if ((seen & bit) != 0)
                problems.Add("linux.namespaces", i, $"duplicate {JsonPath.Quote(entry.Type)}");
            seen |= bit;
            if (!string.IsNullOrEmpty(entry.Path) && !entry.Path.StartsWith('/'))
                problems.CheckAbsolute(JsonPath.Item("linux.namespaces", i) + ".path", entry.Path);
        }
        ValidateMappings(problems, linux, "linux.uidMappings", linux.UIDMappings);
        ValidateMappings(problems, linux, "linux.gidMappings", linux.GIDMappings);
        if (linux.TimeOffsets is not null)
            ValidateTimeOffsets(problems, linux, linux.TimeOffsets);
    }

    private static uint Bit(string type) => type switch
    {
        "pid" => 1,
        "network" => 2,
        "mount" => 4,
        "ipc" => 8,
        "uts" => 16,
        "user" => 32,
        "cgroup" => 64,
        "time" => 128,
        _ => 0,
    };

    private static void ValidateMappings(ProblemList problems, Linux linux, string path, IReadOnlyList<LinuxIDMapping>? mappings)
    {
        if (mappings is null or { Count: 0 })
        {
            // Without a mapping no id is valid inside, that of the process included.
            if (linux?.FindNamespace("user") is { Path: null or "" })
                problems.Add(path, "is empty: a new user namespace needs mappings");
            return;
        }
        if (linux?.FindNamespace("user") is null)
            problems.Add(path, "needs {\"type\":\"user\"} in linux.namespaces");
        IdMappingsValidator.Validate(problems, path, mappings);
    }

    private static void ValidateTimeOffsets(ProblemList problems, Linux linux, IReadOnlyDictionary<string, LinuxTimeOffset> offsets)
    {
        // The offsets of a namespace cannot change any more once it has a process (time_namespaces(7)).
        if (offsets.Count > 0 && linux?.FindNamespace("time") is not { Path: null or "" })
            problems.Add("linux.timeOffsets", "needs {\"type\":\"time\"}, without a path, in linux.namespaces");
        foreach (KeyValuePair<string, LinuxTimeOffset> offset in offsets)
        {
            string path = JsonPath.Property("linux.timeOffsets", offset.Key);
            if (offset.Key is not ("monotonic" or "boottime"))
                problems.Add(path, "is not a clock of a time namespace: monotonic and boottime are");
            if (offset.Value.Nanosecs > 999_999_999)
                problems.Add(path + ".nanosecs", $"is {offset.Value.Nanosecs}, must be from 0 to 999999999");
        }
    }
}
