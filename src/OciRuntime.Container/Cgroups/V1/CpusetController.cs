using System;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>v1's cpuset: a new one is empty, and no process can join it before it has CPUs and nodes (cpusets.rst).</summary>
internal static class CpusetController
{
    public const string Name = "cpuset";
    private const string Cpus = "cpuset.cpus";
    private const string Mems = "cpuset.mems";
    private const string Property = "the cpuset of a new cgroup";

    public static bool IsSet(LinuxCPU? cpu) => !string.IsNullOrEmpty(cpu?.Cpus) || !string.IsNullOrEmpty(cpu?.Mems);

    public static void Set(CgroupDirectory directory, LinuxCPU cpu)
    {
        if (!string.IsNullOrEmpty(cpu.Cpus))
            directory.Write(Cpus, cpu.Cpus, "linux.resources.cpu.cpus");
        if (!string.IsNullOrEmpty(cpu.Mems))
            directory.Write(Mems, cpu.Mems, "linux.resources.cpu.mems");
    }

    /// <summary>Gives each of <paramref name="directories"/> (parents first) what the parent of the first one has.</summary>
    /// <param name="directories">At least one, each in the one before it.</param>
    /// <param name="mountPoint">Of the hierarchy.</param>
    /// <param name="areNew">Whether they are known to be empty; otherwise what they have is kept.</param>
    public static void Inherit(ReadOnlySpan<CgroupDirectory> directories, string mountPoint, bool areNew)
    {
        using var top = new CgroupDirectory(CgroupNaming.ParentOf(directories[0].Path), directories[0].Magic);
        string cpus = top.Read(Cpus);
        string mems = top.Read(Mems);
        if ((cpus.Length == 0 || mems.Length == 0) && top.Path.Length > mountPoint.Length)
        {
            // Somebody else made the parent and left it empty.
            Inherit([top], mountPoint, areNew: false);
            cpus = top.Read(Cpus);
            mems = top.Read(Mems);
        }
        foreach (CgroupDirectory directory in directories)
        {
            if (areNew || directory.Read(Cpus).Length == 0)
                directory.Write(Cpus, cpus, Property);
            if (areNew || directory.Read(Mems).Length == 0)
                directory.Write(Mems, mems, Property);
        }
    }
}
