namespace OciRuntime.Cli.Commands;

/// <summary>Would save a running container with CRIU.</summary>
internal sealed class CheckpointCommand() : UnsupportedCommand("checkpoint");
