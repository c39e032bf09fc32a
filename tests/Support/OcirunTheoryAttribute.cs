using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>As <see cref="OcirunFactAttribute"/>, for a theory.</summary>
public sealed class OcirunTheoryAttribute : TheoryAttribute
{
    /// <summary>Says where the peers differ.</summary>
    public OcirunTheoryAttribute(string why) => Skip = Runtime.IsOcirun ? null : why;
}
