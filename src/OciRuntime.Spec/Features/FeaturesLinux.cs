using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>What only Linux has (features-linux.md).</summary>
public sealed record FeaturesLinux
{
    /// <summary>Namespace types known.</summary>
    public IReadOnlyList<string>? Namespaces { get; init; }

    /// <summary>Capability names known.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>Cgroups.</summary>
    public FeaturesCgroup? Cgroup { get; init; }

    /// <summary>Seccomp.</summary>
    public FeaturesSeccomp? Seccomp { get; init; }

    /// <summary>AppArmor.</summary>
    public FeaturesEnabled? Apparmor { get; init; }

    /// <summary>SELinux.</summary>
    public FeaturesEnabled? Selinux { get; init; }

    /// <summary>Intel RDT.</summary>
    public FeaturesIntelRdt? IntelRdt { get; init; }

    /// <summary>NUMA memory policy.</summary>
    public FeaturesMemoryPolicy? MemoryPolicy { get; init; }

    /// <summary>Mount extensions.</summary>
    public FeaturesMountExtensions? MountExtensions { get; init; }

    /// <summary>Moving network devices.</summary>
    public FeaturesEnabled? NetDevices { get; init; }
}
