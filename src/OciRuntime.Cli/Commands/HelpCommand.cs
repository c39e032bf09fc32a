using OciRuntime.Cli.Output;

namespace OciRuntime.Cli.Commands;

/// <summary>The same as <c>--help</c>, of the program or of a command.</summary>
internal sealed class HelpCommand() : Command("help", "show a list of the commands, or help for one")
{
    /// <summary>urfave/cli's status for a command that does not exist.</summary>
    public const int NoSuchCommand = 3;

    public override string ArgumentsUsage => "[command]";

    public override string Description => "Without a command it lists the commands and the global flags.";

    public override int MinimumArguments => 0;

    public override int Execute(Invocation invocation)
    {
        if (invocation.Arguments.Count == 0)
        {
            StandardStreams.Write(HelpText.OfProgram());
            return 0;
        }
        if (CommandTable.Find(invocation.Id) is not { } command)
        {
            invocation.Log.Error(Unknown(invocation.Id));
            return NoSuchCommand;
        }
        StandardStreams.Write(HelpText.Of(command));
        return 0;
    }

    public static string Unknown(string name) => $"No help topic for '{name}'";
}
