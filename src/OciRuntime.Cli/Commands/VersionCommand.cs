using OciRuntime.Cli.Output;

namespace OciRuntime.Cli.Commands;

/// <summary>The same as <c>--version</c>.</summary>
internal sealed class VersionCommand() : Command("version", "print the version")
{
    public override string ArgumentsUsage => string.Empty;

    public override string Description => "Prints the versions of the program and of the runtime specification, and the commit it was built from.";

    public override int MinimumArguments => 0;

    public override int MaximumArguments => 0;

    public override int Execute(Invocation invocation)
    {
        StandardStreams.Write(HelpText.VersionLines());
        return 0;
    }
}
