using System;
using System.IO;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

/// <summary>A test that needs root, runc and busybox.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RuncFactAttribute : FactAttribute
{
    public RuncFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
            Skip = "needs root";
        else if (!File.Exists("/usr/sbin/runc") && !File.Exists("/usr/bin/runc"))
            Skip = "needs runc (apt-get install runc)";
        else if (!File.Exists("/bin/busybox"))
            Skip = "needs busybox (apt-get install busybox-static)";
    }
}
