using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Linux;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>v1's device list (devices.rst): <c>devices.allow</c> and <c>devices.deny</c>, one rule a write.</summary>
internal static class DevicesController
{
    public const string Name = "devices";
    private const string Property = "linux.resources.devices";

    /// <summary>The list in force, or null where nobody knows it.</summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="known">The one that was set last: the kernel does not tell the exceptions of a list that allows by default.</param>
    public static DeviceRules? Present(CgroupDirectory directory, DeviceRules? known)
    {
        DeviceRules told = DeviceRules.Parse(directory.Read("devices.list"));
        return !told.AllowByDefault ? told : known is { AllowByDefault: true } ? known : null;
    }

    /// <summary>Brings the list to <paramref name="target"/>.</summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="target">The list to reach.</param>
    /// <param name="source">
    /// As from <see cref="Present"/>; null also where nothing runs in the cgroup yet: then its list need not be read,
    /// because a moment without any device hurts nobody.
    /// </param>
    public static void Set(CgroupDirectory directory, DeviceRules target, DeviceRules? source)
    {
        FileDescriptor file = FileDescriptor.None;
        string name = "";
        try
        {
            foreach ((bool allow, string line) in Transition(source, target))
            {
                string next = FileOf(allow);
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
                if (source is null)
                    continue;
                // What takes a rule back is the same one through the other file; a new default, which forgets all, the whole list.
                if (line != "a")
                {
                    directory.Journal?.Note(directory, FileOf(!allow), line);
                    continue;
                }
                List<(bool Allow, string Line)> whole = Transition(null, source);
                for (int i = whole.Count - 1; i >= 0; i--)
                    directory.Journal?.Note(directory, FileOf(whole[i].Allow), whole[i].Line);
                source = null;
            }
        }
        finally
        {
            file.Dispose();
        }
    }

    /// <summary>
    /// The writes that lead from one list to another; where both have the same default, without a moment in which an
    /// access is allowed or denied that neither of them allows or denies. What the kernel may refuse comes before what
    /// it may not, because a cgroup below loses what is denied for good (devices.rst).
    /// </summary>
    /// <param name="source">null: unknown.</param>
    /// <param name="target">The list to reach.</param>
    internal static List<(bool Allow, string Line)> Transition(DeviceRules? source, DeviceRules target)
    {
        var writes = new List<(bool, string)>(16);
        if (source is null || source.AllowByDefault != target.AllowByDefault)
        {
            writes.Add((target.AllowByDefault, "a"));
            source = null;
        }
        // Exceptions are what is allowed, or denied, against the default.
        if (target.AllowByDefault)
            AddDifference(writes, source, target, allow: true);
        AddDifference(writes, target, source, allow: !target.AllowByDefault);
        if (!target.AllowByDefault)
            AddDifference(writes, source, target, allow: false);
        return writes;
    }

    /// <summary>A write for each exception, or part of one, that <paramref name="list"/> has and <paramref name="other"/> has not.</summary>
    private static void AddDifference(List<(bool, string)> writes, DeviceRules? list, DeviceRules? other, bool allow)
    {
        for (int i = 0; i < list?.Exceptions.Count; i++)
        {
            DeviceRule rule = list.Exceptions[i];
            DeviceAccess access = rule.Access & ~(other?.AccessTo(rule) ?? DeviceAccess.None);
            if (access != DeviceAccess.None)
                writes.Add((allow, (rule with { Access = access }).ToString()));
        }
    }

    private static string FileOf(bool allow) => allow ? "devices.allow" : "devices.deny";
}
