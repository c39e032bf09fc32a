using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test of something that only cgroup v2 has; the machine of tests/Vm runs it where the host has v1.</summary>
public sealed class CgroupV2FactAttribute : FactAttribute
{
    /// <summary>Looks at the machine.</summary>
    public CgroupV2FactAttribute() => Skip = Cgroups.IsV2 ? null : "needs cgroup v2 alone";
}
