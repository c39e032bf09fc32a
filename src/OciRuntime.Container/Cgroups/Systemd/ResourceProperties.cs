using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.Systemd;

/// <summary>
/// From <c>linux.resources</c> to unit properties (systemd.resource-control(5)), as runc does it. systemd must know
/// every limit that it has a property for, because it writes its own idea of them again whenever it is reloaded.
/// </summary>
/// <param name="isUnified">Whether the host has cgroup v2 alone.</param>
/// <param name="version">Asks for systemd's version, only where a property needs it.</param>
internal sealed class ResourceProperties(bool isUnified, Func<int> version)
{
    private const ulong Infinity = ulong.MaxValue;
    private const ulong MicrosecondsPerSecond = 1_000_000;

    /// <summary>The kernel's default period of a CPU quota, microseconds.</summary>
    private const ulong DefaultPeriod = 100_000;

    private readonly List<SystemdProperty> _properties = [];

    /// <summary>The properties. A value that systemd keeps less exactly is rounded up.</summary>
    /// <param name="resources">The limits; what is null or 0 gives no property.</param>
    /// <param name="setDevices">Whether the device list too.</param>
    /// <exception cref="ContainerException">A value cannot be converted.</exception>
    public List<SystemdProperty> Convert(LinuxResources resources, bool setDevices)
    {
        if (setDevices)
            AddDevices(DeviceRules.From(resources.Devices));
        AddMemory(resources.Memory ?? new());
        if (resources.CPU is { } cpu)
            AddCpu(cpu);
        if (resources.BlockIO?.Weight is { } weight and not 0)
            Add(isUnified ? "IOWeight" : "BlockIOWeight", isUnified ? Conversions.IOWeight(weight) : weight);
        if (resources.Pids?.Limit is { } tasks)
            Add("TasksMax", tasks < 0 ? Infinity : (ulong)Math.Max(tasks, 1));
        if (isUnified && resources.Unified is { } unified)
            AddUnified(unified);
        return _properties;
    }

    /// <summary>
    /// With a quota as systemd keeps it, in whole percents of a CPU, the next one up: it writes that whenever it is
    /// reloaded, and a limit should not change then. As runc does it.
    /// </summary>
    public static LinuxResources InWholePercents(LinuxResources resources)
    {
        if (resources.CPU is not { Quota: > 0 and { } quota } cpu)
            return resources;
        ulong period = cpu.Period is null or 0 ? DefaultPeriod : cpu.Period.Value;
        UInt128 rounded = (UInt128)QuotaPerSecond(quota, period) * period / MicrosecondsPerSecond;
        return resources with { CPU = cpu with { Quota = (long)UInt128.Min(rounded, long.MaxValue) } };
    }

    /// <summary>
    /// Whether one process that the kernel kills for want of memory takes all others with it. systemd knows it of scopes
    /// since 253, writes the file itself, and takes no change later.
    /// </summary>
    public static SystemdProperty? OutOfMemoryPolicy(LinuxResources resources, Func<int> version)
    {
        if (resources.Unified?.TryGetValue("memory.oom.group", out string? value) is not true || version() < 253)
            return null;
        return value.Trim() switch
        {
            "0" => new SystemdProperty("OOMPolicy", DBusValue.Of("continue")),
            "1" => new SystemdProperty("OOMPolicy", DBusValue.Of("kill")),
            _ => null,
        };
    }

    private void Add(string name, ulong value) => _properties.Add(new SystemdProperty(name, DBusValue.Of(value)));

    private void AddMemory(LinuxMemory memory)
    {
        // -1, no limit, is systemd's infinity as an unsigned number.
        if (memory.Limit is { } limit and not 0)
            Add(isUnified ? "MemoryMax" : "MemoryLimit", (ulong)limit);
        if (!isUnified)
            return;
        if (memory.Reservation is { } reservation and not 0)
            Add("MemoryLow", (ulong)reservation);
        if (Conversions.SwapMax(memory.Swap ?? 0, memory.Limit ?? 0) is { } swap)
            Add("MemorySwapMax", (ulong)swap);
    }

    private void AddCpu(LinuxCPU cpu)
    {
        bool knowsIdle = isUnified && cpu.Idle is not null && version() >= 252;
        if (knowsIdle && cpu.Idle == 1)
            Add("CPUWeight", 0);
        else if (cpu.Shares is { } shares and not 0)
            Add(isUnified ? "CPUWeight" : "CPUShares", isUnified ? Conversions.CpuWeight(shares) : shares);
        else if (knowsIdle)
            // It may have been 0 until now; this is "not set".
            Add("CPUWeight", Infinity);
        AddQuota(cpu.Quota ?? 0, cpu.Period ?? 0);
        AddList("AllowedCPUs", cpu.Cpus, "cpus");
        AddList("AllowedMemoryNodes", cpu.Mems, "mems");
    }

    private void AddQuota(long quota, ulong period)
    {
        if (quota == 0 && period == 0)
            return;
        if (period != 0 && version() >= 242)
            Add("CPUQuotaPeriodUSec", period);
        if (quota <= 0)
        {
            Add("CPUQuotaPerSecUSec", Infinity);
            return;
        }
        Add("CPUQuotaPerSecUSec", QuotaPerSecond(quota, period == 0 ? DefaultPeriod : period));
    }

    /// <summary>Rounded up to whole percents of a CPU, which is all that systemd keeps.</summary>
    private static ulong QuotaPerSecond(long quota, ulong period)
    {
        const ulong percent = MicrosecondsPerSecond / 100;
        UInt128 perSecond = (((UInt128)(ulong)quota * MicrosecondsPerSecond) + period - 1) / period;
        return ((ulong)UInt128.Min(perSecond, Infinity - percent) + percent - 1) / percent * percent;
    }

    private void AddList(string name, string? list, string property)
    {
        if (!string.IsNullOrEmpty(list) && version() >= 244)
            _properties.Add(new SystemdProperty(name, DBusValue.Of(Bits(list, "linux.resources.cpu." + property))));
    }

    /// <summary>A list as in cpuset(7), as a bit per number, the lowest first.</summary>
    internal static byte[] Bits(string list, string property)
    {
        var bits = new List<byte>();
        foreach (string part in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!ushort.TryParse(dash < 0 ? part : part[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)
                || !ushort.TryParse(part[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort last) || last < first)
                throw new ContainerException($"{property}: \"{list}\" is not a list of numbers");
            for (int number = first; number <= last; number++)
            {
                while (bits.Count <= number / 8)
                    bits.Add(0);
                bits[number / 8] |= (byte)(1 << (number % 8));
            }
        }
        return bits.Count > 0 ? [.. bits] : throw new ContainerException($"{property}: \"{list}\" names nothing");
    }

    /// <summary>
    /// systemd knows lists of what is allowed alone, and not every rule. What it cannot say: it is told to allow all on
    /// v2, where the runtime's own program stays beside systemd's, and too little on v1, where systemd's list, should it
    /// write it again, is the only one.
    /// </summary>
    private void AddDevices(DeviceRules rules)
    {
        var allowed = new List<(string, string)>();
        bool isSaid = !rules.AllowByDefault || rules.Exceptions.Count == 0;
        if (!rules.AllowByDefault)
        {
            foreach (DeviceRule rule in rules.Exceptions)
            {
                if (Device(rule) is { } device)
                    allowed.Add((device, rule.ToString()[(rule.ToString().LastIndexOf(' ') + 1)..]));
                else
                    isSaid = false;
            }
        }
        bool all = isSaid ? rules.AllowByDefault : isUnified;
        // An empty list first: it takes away the entries that the unit has.
        _properties.Add(new SystemdProperty("DeviceAllow", DBusValue.Of((IReadOnlyList<(string, string)>)[])));
        _properties.Add(new SystemdProperty("DevicePolicy", DBusValue.Of(all ? "auto" : "strict")));
        if (!all && allowed.Count > 0)
            _properties.Add(new SystemdProperty("DeviceAllow", DBusValue.Of(allowed)));
    }

    /// <summary>As systemd writes devices since v240; null for "any major, this minor", which it cannot say.</summary>
    private static string? Device(DeviceRule rule)
    {
        string kind = rule.Type == 'b' ? "block" : "char";
        return (rule.Major, rule.Minor) switch
        {
            (DeviceRule.Any, DeviceRule.Any) => kind + "-*",
            (DeviceRule.Any, _) => null,
            (_, DeviceRule.Any) => $"{kind}-{rule.Major}",
            _ => $"/dev/{kind}/{rule.Major}:{rule.Minor}",
        };
    }

    /// <summary>The files that systemd has a property for; the others are only the kernel's.</summary>
    private void AddUnified(IReadOnlyDictionary<string, string> unified)
    {
        foreach ((string file, string text) in unified)
        {
            string value = text.Trim();
            string property = $"linux.resources.unified[\"{file}\"]";
            switch (file)
            {
                case "cpu.idle" when value == "1" && version() >= 252: Add("CPUWeight", 0); break;
                case "cpu.weight" when !(unified.TryGetValue("cpu.idle", out string? idle) && idle.Trim() == "1"): Add("CPUWeight", Number(value, property)); break;
                case "cpu.max": AddMax(value, property); break;
                case "cpuset.cpus" when version() >= 244: _properties.Add(new SystemdProperty("AllowedCPUs", DBusValue.Of(Bits(value, property)))); break;
                case "cpuset.mems" when version() >= 244: _properties.Add(new SystemdProperty("AllowedMemoryNodes", DBusValue.Of(Bits(value, property)))); break;
                case "memory.high": Add("MemoryHigh", Number(value, property)); break;
                case "memory.low": Add("MemoryLow", Number(value, property)); break;
                case "memory.min": Add("MemoryMin", Number(value, property)); break;
                case "memory.max": Add("MemoryMax", Number(value, property)); break;
                case "memory.swap.max": Add("MemorySwapMax", Number(value, property)); break;
                // systemd does not take 0.
                case "pids.max": Add("TasksMax", Math.Max(1, Number(value, property))); break;
            }
        }
    }

    private void AddMax(string value, string property)
    {
        string[] fields = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is 0 or > 2)
            throw new ContainerException($"{property}: \"{value}\" is not \"QUOTA\" or \"QUOTA PERIOD\"");
        ulong quota = Number(fields[0], property);
        AddQuota(quota > long.MaxValue ? -1 : (long)quota, fields.Length == 2 ? Number(fields[1], property) : DefaultPeriod);
    }

    private static ulong Number(string text, string property)
    {
        if (text == "max")
            return Infinity;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw new ContainerException($"{property}: \"{text}\" is not a number or \"max\"");
    }
}
