using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>A test of something that ocirun does and its peers do not; skipped when a peer is under test.</summary>
/// <param name="why">Where the peers differ.</param>
public sealed class OcirunFactAttribute : FactAttribute
{
    /// <summary>Says where the peers differ.</summary>
    public OcirunFactAttribute(string why) => Skip = Runtime.IsOcirun ? null : why;
}
