namespace OciRuntime.Cli.Commands;

/// <summary>Would bring a container back from what <see cref="CheckpointCommand"/> saved.</summary>
internal sealed class RestoreCommand() : UnsupportedCommand("restore");
