namespace OciRuntime.Spec;

/// <summary>Mount extensions (features-linux.md, "Mount Extensions").</summary>
public sealed record FeaturesMountExtensions
{
    /// <summary>Id-mapped mounts.</summary>
    public FeaturesEnabled? Idmap { get; init; }
}
