using System.IO;
using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A theory that runs runc too, to compare; skipped where runc is not installed.</summary>
public sealed class RuncTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for runc.</summary>
    public RuncTheoryAttribute() => Skip = File.Exists(Runtime.Runc.Path) ? null : $"{Runtime.Runc.Path} is not installed";
}
