namespace OciRuntime.Cli;

/// <summary>What the program says of itself.</summary>
internal static partial class BuildInfo
{
    /// <summary>The newest runtime-spec that is understood.</summary>
    public const string SpecVersion = "1.3.0";
}
