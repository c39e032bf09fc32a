using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>The pids controller; its one limit is the same file on v1 and v2.</summary>
internal static class PidsController
{
    public const string Name = "pids";

    public static bool IsSet(LinuxPids? pids) => pids?.Limit is not null;

    public static void Set(CgroupDirectory directory, LinuxPids pids) =>
        directory.Write("pids.max", Conversions.PidsMax(pids.Limit!.Value), "linux.resources.pids.limit");
}
