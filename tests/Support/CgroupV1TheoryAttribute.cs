using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>As <see cref="CgroupV1FactAttribute"/>, for a theory.</summary>
public sealed class CgroupV1TheoryAttribute : TheoryAttribute
{
    /// <summary>Looks at the machine.</summary>
    public CgroupV1TheoryAttribute() => Skip = Cgroups.IsV2 ? "needs cgroup v1" : null;
}
