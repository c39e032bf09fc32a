using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test that uses a <see cref="UserSession"/>; give it the trait Lane=Systemd too.</summary>
public sealed class UserSessionFactAttribute : FactAttribute
{
    internal const string Reason = "needs systemd, cgroup v2 and the user of the machine of tests/Vm";

    /// <summary>Looks at the machine.</summary>
    public UserSessionFactAttribute() => Skip = UserSession.IsPossible ? null : Reason;
}
