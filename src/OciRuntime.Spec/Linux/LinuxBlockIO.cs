using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Block I/O limits (config-linux.md, "Block IO").</summary>
public sealed record LinuxBlockIO
{
    /// <summary>Weight of the cgroup, 10 to 1000.</summary>
    public ushort? Weight { get; init; }

    /// <summary>Weight against child cgroups, 10 to 1000.</summary>
    public ushort? LeafWeight { get; init; }

    /// <summary>Weights per device.</summary>
    public IReadOnlyList<LinuxWeightDevice>? WeightDevice { get; init; }

    /// <summary>Read limits, bytes per second.</summary>
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleReadBpsDevice { get; init; }

    /// <summary>Write limits, bytes per second.</summary>
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleWriteBpsDevice { get; init; }

    /// <summary>Read limits, operations per second.</summary>
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleReadIOPSDevice { get; init; }

    /// <summary>Write limits, operations per second.</summary>
    public IReadOnlyList<LinuxThrottleDevice>? ThrottleWriteIOPSDevice { get; init; }
}
