using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>As <see cref="CgroupV2FactAttribute"/>, for a theory.</summary>
public sealed class CgroupV2TheoryAttribute : TheoryAttribute
{
    /// <summary>Looks at the machine.</summary>
    public CgroupV2TheoryAttribute() => Skip = Cgroups.IsV2 ? null : "needs cgroup v2 alone";
}
