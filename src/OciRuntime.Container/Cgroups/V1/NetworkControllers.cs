using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>net_cls and net_prio, which v2 does not have (net_cls.rst, net_prio.rst).</summary>
internal static class NetworkControllers
{
    public const string Class = "net_cls";
    public const string Priority = "net_prio";

    public static void SetClass(CgroupDirectory directory, uint classID) =>
        directory.Write("net_cls.classid", classID.ToString(CultureInfo.InvariantCulture), "linux.resources.network.classID");

    public static void SetPriorities(CgroupDirectory directory, IReadOnlyList<LinuxInterfacePriority> priorities)
    {
        for (int i = 0; i < priorities.Count; i++)
        {
            string value = $"{priorities[i].Name} {priorities[i].Priority}";
            directory.Write("net_prio.ifpriomap", value, $"linux.resources.network.priorities[{i}]", DeviceLines.Undo(directory, "net_prio.ifpriomap", value));
        }
    }
}
