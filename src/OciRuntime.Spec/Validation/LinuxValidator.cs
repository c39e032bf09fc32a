using System;
using System.Collections.Generic;
using System.Text;

namespace OciRuntime.Spec;

/// <summary><c>linux</c> (config-linux.md), but for the sections that have a file of their own.</summary>
internal static class LinuxValidator
{
    /// <summary>No kernel has more nodes (CONFIG_NODES_SHIFT is 10 at most).</summary>
    private const int HighestNode = 1023;

    public static void Validate(ProblemList problems, Linux linux)
    {
        NamespacesValidator.Validate(problems, linux);
        DevicesValidator.Validate(problems, linux.Devices);
        if (linux.NetDevices is not null)
            ValidateNetDevices(problems, linux, linux.NetDevices);
        if (linux.Resources is not null)
            ResourcesValidator.Validate(problems, linux.Resources);
        SysctlValidator.Validate(problems, linux);
        if (linux.Seccomp is not null)
            SeccompValidator.Validate(problems, linux.Seccomp);

        // The recursive forms are runc's, and engines use them.
        if (linux.RootfsPropagation is not (null or "" or "shared" or "slave" or "private" or "unbindable"
            or "rshared" or "rslave" or "rprivate" or "runbindable"))
        {
            problems.AddUnknown("linux.rootfsPropagation", linux.RootfsPropagation, "shared, slave, private or unbindable");
        }
        ValidatePaths(problems, "linux.maskedPaths", linux.MaskedPaths, linux);
        ValidatePaths(problems, "linux.readonlyPaths", linux.ReadonlyPaths, linux);

        if (linux.IntelRdt is not null)
            ValidateIntelRdt(problems, linux.IntelRdt);
        if (linux.MemoryPolicy is not null)
            ValidateMemoryPolicy(problems, linux.MemoryPolicy);
        if (linux.Personality is { } personality)
        {
            if (personality.Domain is not ("LINUX" or "LINUX32"))
                problems.AddUnknown("linux.personality.domain", personality.Domain, "LINUX or LINUX32");
            if (personality.Flags is { Count: > 0 })
                problems.AddUnknown("linux.personality.flags[0]", personality.Flags[0], "a flag: the specification defines none");
        }
    }

    private static void ValidatePaths(ProblemList problems, string path, IReadOnlyList<string>? paths, Linux linux)
    {
        problems.CheckAbsolute(path, paths);
        if (paths is { Count: > 0 } && linux?.FindNamespace("mount") is null)
            problems.Add(path, "would change the host without {\"type\":\"mount\"} in linux.namespaces");
    }

    private static void ValidateNetDevices(ProblemList problems, Linux linux, IReadOnlyDictionary<string, LinuxNetDevice> devices)
    {
        if (devices.Count > 0 && linux?.FindNamespace("network") is null)
            problems.Add("linux.netDevices", "has nowhere to move them without {\"type\":\"network\"} in linux.namespaces");
        var renamed = new HashSet<string>();
        foreach (KeyValuePair<string, LinuxNetDevice> device in devices)
        {
            if (!IsNetDeviceName(device.Key))
                problems.Add(JsonPath.Property("linux.netDevices", device.Key), "is not the name of a network device");
            if (string.IsNullOrEmpty(device.Value.Name))
                continue;
            string name = device.Value.Name;
            string path = JsonPath.Property("linux.netDevices", device.Key) + ".name";
            // The kernel replaces %d by a number that is free.
            bool isTemplate = name.EndsWith("%d", StringComparison.Ordinal);
            if (!IsNetDeviceName(isTemplate ? name[..^2] + "0" : name))
                problems.AddUnknown(path, name, "the name of a network device, which may end in %d");
            else if (!isTemplate && (!renamed.Add(name) || KeepsName(devices, name)))
                problems.Add(path, $"duplicate {JsonPath.Quote(name)}");
        }
    }

    private static bool KeepsName(IReadOnlyDictionary<string, LinuxNetDevice> devices, string name) =>
        devices.TryGetValue(name, out LinuxNetDevice? device) && string.IsNullOrEmpty(device.Name);

    /// <summary>The kernel's dev_valid_name: 1 to 15 bytes; and no template (dev_alloc_name).</summary>
    private static bool IsNetDeviceName(string name)
    {
        foreach (char c in name)
        {
            if (c is '/' or ':' or '%' || char.IsWhiteSpace(c))
                return false;
        }
        return name is not ("" or "." or "..") && Encoding.UTF8.GetByteCount(name) <= 15;
    }

    private static void ValidateIntelRdt(ProblemList problems, LinuxIntelRdt rdt)
    {
        // It becomes a directory under resctrl; "/" alone is the root.
        if (rdt.ClosID is "." or ".." || (rdt.ClosID?.Length > 1 && rdt.ClosID.Contains('/')))
            problems.AddUnknown("linux.intelRdt.closID", rdt.ClosID, "the name of a directory");
        ValidateSchema(problems, "linux.intelRdt.l3CacheSchema", rdt.L3CacheSchema, "L3:");
        ValidateSchema(problems, "linux.intelRdt.memBwSchema", rdt.MemBwSchema, "MB:");
        for (int i = 0; i < rdt.Schemata?.Count; i++)
            ValidateSchema(problems, JsonPath.Item("linux.intelRdt.schemata", i), rdt.Schemata[i], "");
    }

    private static void ValidateSchema(ProblemList problems, string path, string? schema, string prefix)
    {
        if (string.IsNullOrEmpty(schema))
            return;
        // That the L3 line begins so is only recommended: code and data prioritization has L3CODE and L3DATA.
        if (prefix == "MB:" && !schema.StartsWith(prefix, StringComparison.Ordinal))
            problems.Add(path, $"must begin with {prefix}");
        if (schema.Contains('\n'))
            problems.Add(path, "must be one line");
    }

    private static void ValidateMemoryPolicy(ProblemList problems, LinuxMemoryPolicy policy)
    {
        const string Path = "linux.memoryPolicy";
        bool isList = policy.Nodes is null || NumberList.IsValid(policy.Nodes, HighestNode);
        if (!isList)
            problems.AddUnknown(Path + ".nodes", policy.Nodes!, "a list of memory nodes such as 0-3,7");
        bool hasNodes = policy.Nodes?.AsSpan().IndexOfAnyInRange('0', '9') >= 0;
        switch (policy.Mode)
        {
            case "MPOL_DEFAULT" or "MPOL_LOCAL" when hasNodes:
                problems.Add(Path + ".nodes", $"must be empty with {policy.Mode}");
                break;
            case "MPOL_BIND" or "MPOL_INTERLEAVE" or "MPOL_WEIGHTED_INTERLEAVE" or "MPOL_PREFERRED_MANY" when isList && !hasNodes:
                problems.Add(Path + ".nodes", $"is empty, {policy.Mode} needs nodes");
                break;
            case "MPOL_DEFAULT" or "MPOL_LOCAL" or "MPOL_BIND" or "MPOL_INTERLEAVE" or "MPOL_WEIGHTED_INTERLEAVE" or "MPOL_PREFERRED_MANY" or "MPOL_PREFERRED":
                break;
            default:
                problems.AddUnknown(Path + ".mode", policy.Mode, "a memory policy");
                break;
        }

        bool fixedNodes = false, relativeNodes = false, balancing = false;
        for (int i = 0; i < policy.Flags?.Count; i++)
        {
            balancing |= policy.Flags[i] == "MPOL_F_NUMA_BALANCING";
            fixedNodes |= policy.Flags[i] == "MPOL_F_STATIC_NODES";
            relativeNodes |= policy.Flags[i] == "MPOL_F_RELATIVE_NODES";
            if (policy.Flags[i] is not ("MPOL_F_NUMA_BALANCING" or "MPOL_F_RELATIVE_NODES" or "MPOL_F_STATIC_NODES"))
                problems.AddUnknown(JsonPath.Item(Path + ".flags", i), policy.Flags[i], "a memory policy flag");
        }
        // mpol_new and sanitize_mpol_flags of mm/mempolicy.c.
        if (balancing && policy.Mode is not ("MPOL_BIND" or "MPOL_PREFERRED_MANY"))
            problems.Add(Path + ".flags", $"MPOL_F_NUMA_BALANCING needs MPOL_BIND or MPOL_PREFERRED_MANY, not {policy.Mode}");
        if ((fixedNodes || relativeNodes) && !hasNodes && policy.Mode is ("MPOL_LOCAL" or "MPOL_PREFERRED"))
            problems.Add(Path + ".flags", "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES need nodes");
        if (fixedNodes && relativeNodes)
            problems.Add(Path + ".flags", "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
    }
}
