namespace OciRuntime.Spec;

/// <summary>Intel RDT support (features-linux.md, "Intel RDT"). Absent means unknown.</summary>
public sealed record FeaturesIntelRdt
{
    /// <summary>Implemented.</summary>
    public bool? Enabled { get; init; }

    /// <summary><c>schemata</c> is implemented.</summary>
    public bool? Schemata { get; init; }

    /// <summary><c>enableMonitoring</c> is implemented.</summary>
    public bool? Monitoring { get; init; }
}
