using System.IO;
using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A fact that runs runc too, to compare; skipped where runc is not installed.</summary>
public sealed class RuncFactAttribute : FactAttribute
{
    /// <summary>Looks for runc.</summary>
    public RuncFactAttribute() => Skip = File.Exists(Runtime.Runc.Path) ? null : $"{Runtime.Runc.Path} is not installed";
}
