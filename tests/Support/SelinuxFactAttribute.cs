using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test that uses <see cref="SelinuxPolicy"/>; give it the trait Lane=Selinux too.</summary>
public sealed class SelinuxFactAttribute : FactAttribute
{
    /// <summary>Looks at the machine.</summary>
    public SelinuxFactAttribute() => Skip = SelinuxPolicy.IsPossible ? null : "needs a kernel booted with security=selinux, no policy, and secilc";
}
