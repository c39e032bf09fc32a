using System.IO;
using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test that needs systemd as PID 1 with cgroup v1, hybrid or not; give it the trait Lane=Systemd too.</summary>
public sealed class SystemdV1FactAttribute : FactAttribute
{
    /// <summary>Looks at the machine.</summary>
    public SystemdV1FactAttribute() => Skip = !Cgroups.IsV2 && Directory.Exists("/run/systemd/system") ? null : "needs systemd and cgroup v1";
}
