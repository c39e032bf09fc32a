using System;
using OciRuntime.Container.Cgroups;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.V2;

/// <summary>A test that needs root and cgroup v2 alone.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class V2FactAttribute : FactAttribute
{
    public V2FactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
            Skip = "needs root";
        else if (CgroupLayout.Current.Mode != CgroupMode.Unified)
            Skip = "needs cgroup v2 alone";
    }
}
