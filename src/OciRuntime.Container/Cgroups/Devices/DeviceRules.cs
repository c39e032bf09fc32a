using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.Devices;

/// <summary>
/// The state that a list of rules, applied in order, leaves a v1 devices cgroup in: allow or deny by default, and
/// the exceptions. One description for v1's files and for v2's program, so that a config means the same on both.
/// </summary>
internal sealed class DeviceRules
{
    /// <summary>
    /// What runc lets every container do, whatever its config says: make any node (so that images unpack), use the
    /// default devices, terminals and <c>/dev/net/tun</c>.
    /// </summary>
    private static readonly DeviceRule[] s_defaults =
    [
        new('c', DeviceRule.Any, DeviceRule.Any, DeviceAccess.Mknod),
        new('b', DeviceRule.Any, DeviceRule.Any, DeviceAccess.Mknod),
        new('c', 1, 3, DeviceAccess.All),                // null
        new('c', 1, 8, DeviceAccess.All),                // random
        new('c', 1, 7, DeviceAccess.All),                // full
        new('c', 5, 0, DeviceAccess.All),                // tty
        new('c', 1, 5, DeviceAccess.All),                // zero
        new('c', 1, 9, DeviceAccess.All),                // urandom
        new('c', 136, DeviceRule.Any, DeviceAccess.All), // pts/*
        new('c', 5, 2, DeviceAccess.All),                // ptmx
        new('c', 10, 200, DeviceAccess.All),             // net/tun
    ];

    private readonly List<DeviceRule> _exceptions = new(16);

    /// <summary>Whether a device that no exception names may be used. False to begin with, as in runc.</summary>
    public bool AllowByDefault { get; private set; }

    /// <summary>What is allowed (or, with <see cref="AllowByDefault"/>, denied); no two name the same devices.</summary>
    public IReadOnlyList<DeviceRule> Exceptions => _exceptions;

    /// <summary>The rules of <c>linux.resources.devices</c>, in order, then the default ones.</summary>
    /// <exception cref="ContainerException">A rule is malformed, or would punch a hole into a wildcard.</exception>
    public static DeviceRules From(IReadOnlyList<LinuxDeviceCgroup>? devices)
    {
        var rules = new DeviceRules();
        for (int i = 0; i < devices?.Count; i++)
            rules.Add(devices[i], $"linux.resources.devices[{i}]");
        foreach (DeviceRule rule in s_defaults)
            rules.Add(rule, allow: true, "the default devices");
        return rules;
    }

    /// <summary>What v1's <c>devices.list</c> says. A cgroup that allows by default does not tell its exceptions.</summary>
    public static DeviceRules Parse(string list)
    {
        var rules = new DeviceRules();
        foreach (Range range in list.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = list.AsSpan(range);
            if (line.IsEmpty)
                continue;
            if (line[0] == 'a')
            {
                rules.Reset(allow: true);
                continue;
            }
            int colon = line.IndexOf(':');
            int space = line.LastIndexOf(' ');
            if (colon < 2 || space < colon)
                throw new ContainerException($"read devices.list: malformed line \"{line}\"");
            rules._exceptions.Add(new DeviceRule(line[0], Number(line[2..colon]), Number(line[(colon + 1)..space]), Access(line[(space + 1)..])));
        }
        return rules;

        static long Number(ReadOnlySpan<char> text) => text.SequenceEqual("*") ? DeviceRule.Any : long.Parse(text);
    }

    /// <summary>Whether the same devices may be used in the same ways.</summary>
    public DeviceAccess AccessTo(DeviceRule devices)
    {
        foreach (DeviceRule rule in _exceptions)
            if (rule.SameDevices(devices))
                return rule.Access;
        return DeviceAccess.None;
    }

    private void Add(LinuxDeviceCgroup device, string property)
    {
        if (device.Type is not (null or "" or "a" or "b" or "c"))
            throw new ContainerException($"{property}.type: \"{device.Type}\" is not \"a\", \"b\" or \"c\"");
        DeviceAccess access = Access(device.Access);
        if (access == DeviceAccess.None)
            throw new ContainerException($"{property}.access: \"{device.Access}\" must be one or more of r, w and m");
        if (device.Type is null or "" or "a")
            Reset(device.Allow);
        else
            Add(new DeviceRule(device.Type[0], Number(device.Major, property + ".major"), Number(device.Minor, property + ".minor"), access), device.Allow, property);

        // Negative numbers are runc's way to say "any"; engines send -1.
        static long Number(long? number, string property) => number switch
        {
            null or < 0 => DeviceRule.Any,
            > uint.MaxValue => throw new ContainerException($"{property}: {number} is not a device number"),
            _ => number.Value,
        };
    }

    /// <summary>A rule of type <c>a</c> is about every device and every access, whatever else it says, and forgets the rules before it.</summary>
    private void Reset(bool allow)
    {
        AllowByDefault = allow;
        _exceptions.Clear();
    }

    private void Add(DeviceRule rule, bool allow, string property)
    {
        bool remove = allow == AllowByDefault;
        for (int i = 0; i < _exceptions.Count; i++)
        {
            DeviceRule present = _exceptions[i];
            if (!present.SameDevices(rule))
                continue;
            DeviceAccess access = remove ? present.Access & ~rule.Access : present.Access | rule.Access;
            if (access == DeviceAccess.None)
                _exceptions.RemoveAt(i);
            else
                _exceptions[i] = present with { Access = access };
            if (remove)
                RefuseHole(rule, property);
            return;
        }
        if (remove)
            RefuseHole(rule, property);
        else
            _exceptions.Add(rule);
    }

    /// <summary>
    /// v1 silently ignores "all but this one" when a wildcard exception covers more than the rule: an error, as in
    /// runc, is better than a false sense of security. The default rules may make no such hole: they allow.
    /// </summary>
    private void RefuseHole(DeviceRule rule, string property)
    {
        foreach (DeviceRule present in _exceptions)
        {
            bool wider = present.Type == rule.Type && !present.SameDevices(rule)
                && (present.Major == DeviceRule.Any || present.Major == rule.Major)
                && (present.Minor == DeviceRule.Any || present.Minor == rule.Minor);
            if (wider && (present.Access & rule.Access) != 0)
                throw new ContainerException(
                    $"{property}: \"{rule}\" cannot take a part out of the earlier wildcard rule \"{present}\"",
                    "list the devices instead of the wildcard");
        }
    }

    private static DeviceAccess Access(ReadOnlySpan<char> letters)
    {
        DeviceAccess access = DeviceAccess.None;
        foreach (char letter in letters)
        {
            DeviceAccess one = letter switch
            {
                'r' => DeviceAccess.Read,
                'w' => DeviceAccess.Write,
                'm' => DeviceAccess.Mknod,
                _ => DeviceAccess.None,
            };
            if (one == DeviceAccess.None)
                return DeviceAccess.None;
            access |= one;
        }
        return access;
    }
}
