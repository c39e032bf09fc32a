using Xunit;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>A test that compares with libseccomp; skipped, with the reason, where the library is missing.</summary>
internal sealed class LibSeccompFactAttribute : FactAttribute
{
    public LibSeccompFactAttribute() => Skip = LibSeccomp.Missing;
}
