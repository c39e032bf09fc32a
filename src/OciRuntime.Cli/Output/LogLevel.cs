namespace OciRuntime.Cli.Output;

/// <summary>logrus's levels, as far as they are used.</summary>
internal enum LogLevel
{
    Error,
    Warning,
    Debug,
}
