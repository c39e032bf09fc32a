using System.IO;
using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test that needs systemd as PID 1; give it the trait Lane=Systemd too.</summary>
public sealed class SystemdFactAttribute : FactAttribute
{
    /// <summary>Looks at the machine.</summary>
    public SystemdFactAttribute() => Skip = Directory.Exists("/run/systemd/system") ? null : "needs systemd";
}
