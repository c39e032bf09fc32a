using System.IO;
using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A theory that needs systemd as PID 1; give it the trait Lane=Systemd too.</summary>
public sealed class SystemdTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks at the machine.</summary>
    public SystemdTheoryAttribute() => Skip = Directory.Exists("/run/systemd/system") ? null : "needs systemd";
}
