using System;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

/// <summary>A test that needs root and any cgroup version.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HostFactAttribute : FactAttribute
{
    public HostFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
            Skip = "needs root";
    }
}
