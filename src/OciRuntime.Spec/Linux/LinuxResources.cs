using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Limits of the container's cgroup (config-linux.md, "Control groups").</summary>
public sealed record LinuxResources
{
    /// <summary>Device rules, applied in order.</summary>
    public IReadOnlyList<LinuxDeviceCgroup>? Devices { get; init; }

    /// <summary>Memory.</summary>
    public LinuxMemory? Memory { get; init; }

    /// <summary>CPU time and cpusets.</summary>
    public LinuxCPU? CPU { get; init; }

    /// <summary>Number of tasks.</summary>
    public LinuxPids? Pids { get; init; }

    /// <summary>Block I/O.</summary>
    public LinuxBlockIO? BlockIO { get; init; }

    /// <summary>Huge pages, by page size.</summary>
    public IReadOnlyList<LinuxHugepageLimit>? HugepageLimits { get; init; }

    /// <summary>Network class and priorities.</summary>
    public LinuxNetwork? Network { get; init; }

    /// <summary>RDMA, by device name.</summary>
    public IReadOnlyDictionary<string, LinuxRdma>? Rdma { get; init; }

    /// <summary>Files of cgroup v2 and their values, written as they are.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }
}
