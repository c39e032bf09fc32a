using System;
using OciRuntime.Container.Cgroups;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.V1;

/// <summary>A test that needs root and cgroup v1 hierarchies.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class V1FactAttribute : FactAttribute
{
    public V1FactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
            Skip = "needs root";
        else if (CgroupLayout.Current.Mode == CgroupMode.Unified)
            Skip = "needs cgroup v1";
    }
}
