using System.IO;
using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test that loads AppArmor profiles; the machine of tests/Vm has what it needs.</summary>
public sealed class AppArmorFactAttribute : FactAttribute
{
    /// <summary>Looks at the machine.</summary>
    public AppArmorFactAttribute() =>
        Skip = Directory.Exists("/sys/kernel/security/apparmor") && File.Exists("/sbin/apparmor_parser") ? null : "needs AppArmor and apparmor_parser";
}
