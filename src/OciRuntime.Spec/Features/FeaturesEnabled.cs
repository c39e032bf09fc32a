namespace OciRuntime.Spec;

/// <summary>Support of a feature that has no parts (features-linux.md). Absent means unknown.</summary>
public sealed record FeaturesEnabled
{
    /// <summary>Implemented.</summary>
    public bool? Enabled { get; init; }
}
