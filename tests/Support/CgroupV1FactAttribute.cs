using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test of something that cgroup v1 has and v2 has not; give it the trait Lane=CgroupV1 too.</summary>
public sealed class CgroupV1FactAttribute : FactAttribute
{
    /// <summary>Looks at the machine.</summary>
    public CgroupV1FactAttribute() => Skip = Cgroups.IsV2 ? "needs cgroup v1" : null;
}
