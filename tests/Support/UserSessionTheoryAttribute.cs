using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A theory that uses a <see cref="UserSession"/>; give it the trait Lane=Systemd too.</summary>
public sealed class UserSessionTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks at the machine.</summary>
    public UserSessionTheoryAttribute() => Skip = UserSession.IsPossible ? null : UserSessionFactAttribute.Reason;
}
