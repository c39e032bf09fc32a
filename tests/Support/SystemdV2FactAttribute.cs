using System.IO;
using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test that needs systemd as PID 1 with cgroup v2 alone; give it the trait Lane=Systemd too.</summary>
public sealed class SystemdV2FactAttribute : FactAttribute
{
    /// <summary>Looks at the machine.</summary>
    public SystemdV2FactAttribute() => Skip = Cgroups.IsV2 && Directory.Exists("/run/systemd/system") ? null : "needs systemd and cgroup v2";
}
