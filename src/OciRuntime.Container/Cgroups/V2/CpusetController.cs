using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>v2's cpuset (cgroup-v2.rst, "Cpuset").</summary>
internal static class CpusetController
{
    public static bool IsSet(LinuxCPU? cpu) => !string.IsNullOrEmpty(cpu?.Cpus) || !string.IsNullOrEmpty(cpu?.Mems);

    public static void Set(CgroupDirectory directory, LinuxCPU cpu)
    {
        if (!string.IsNullOrEmpty(cpu.Cpus))
            directory.Write("cpuset.cpus", cpu.Cpus, "linux.resources.cpu.cpus");
        if (!string.IsNullOrEmpty(cpu.Mems))
            directory.Write("cpuset.mems", cpu.Mems, "linux.resources.cpu.mems");
    }
}
