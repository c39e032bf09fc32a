using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Linux;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>v1's device list (devices.rst): <c>devices.allow</c> and <c>devices.deny</c>, one rule a write.</summary>
internal static class DevicesController
{
    public const string Name = "devices";
    private const string Property = "linux.resources.devices";

    /// <summary>Brings the list to <paramref name="target"/>.</summary>
    /// <param name="isNew">
    /// Whether nothing runs in the cgroup yet: then its list need not be read, because a moment without any device
    /// hurts nobody.
    /// </param>
    public static void Set(CgroupDirectory directory, DeviceRules target, bool isNew)
    {
        DeviceRules? source = isNew ? null : DeviceRules.Parse(directory.Read("devices.list"));
        FileDescriptor file = FileDescriptor.None;
        string name = "";
        try
        {
            foreach ((bool allow, string line) in Transition(source, target))
            {
                string next = allow ? "devices.allow" : "devices.deny";
                if (name != next)
                {
                    file.Dispose();
                    file = FileDescriptor.None;
                    _ = directory.Descriptor;
                    file = directory.OpenFile(next, LibC.O_WRONLY);
                    name = next;
                }
                int error = CgroupFile.Write(file, line);
                if (error != 0)
                    throw directory.Refused(name, line, Property, error);
                // What takes it back is the same rule through the other file. A new default needs no way back: that to allow
                // is refused before anything has changed, and a list that allowed by default never told its exceptions.
                if (source is { AllowByDefault: false } && line != "a")
                    directory.Journal?.Note(directory, allow ? "devices.deny" : "devices.allow", line);
            }
        }
        finally
        {
            file.Dispose();
        }
    }

    /// <summary>
    /// The writes that lead from one list to another and disturb no access that both allow. The default is switched
    /// only where it has to be, and always for a list that allows by default, since such a list does not tell its
    /// exceptions. What the kernel may refuse comes before what it may not, because a cgroup below loses what is denied
    /// for good (devices.rst).
    /// </summary>
    /// <param name="source">null: unknown.</param>
    /// <param name="target">The list to reach.</param>
    internal static List<(bool Allow, string Line)> Transition(DeviceRules? source, DeviceRules target)
    {
        var writes = new List<(bool, string)>(16);
        if (source is null || source.AllowByDefault || source.AllowByDefault != target.AllowByDefault)
        {
            writes.Add((target.AllowByDefault, "a"));
            source = null;
        }
        for (int i = 0; i < target.Exceptions.Count; i++)
        {
            DeviceRule rule = target.Exceptions[i];
            DeviceAccess gained = rule.Access & ~(source?.AccessTo(rule) ?? DeviceAccess.None);
            if (gained != DeviceAccess.None)
                writes.Add((!target.AllowByDefault, (rule with { Access = gained }).ToString()));
        }
        for (int i = 0; i < source?.Exceptions.Count; i++)
        {
            DeviceRule rule = source.Exceptions[i];
            DeviceAccess dropped = rule.Access & ~target.AccessTo(rule);
            if (dropped != DeviceAccess.None)
                writes.Add((target.AllowByDefault, (rule with { Access = dropped }).ToString()));
        }
        return writes;
    }
}
