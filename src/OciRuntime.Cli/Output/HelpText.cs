using System.Collections.Generic;
using System.Text;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Commands;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Output;

/// <summary>Help in the shape that runc gives it: sections with upper-case titles, columns two spaces apart.</summary>
internal static class HelpText
{
    private const string Indent = "   ";

    /// <summary>The program's own help.</summary>
    public static string OfProgram()
    {
        var commands = new List<string[]>();
        foreach (Command command in CommandTable.All())
            commands.Add([command.Name == "help" ? "help, h" : command.Name, command.Usage]);
        return $"""
            NAME:
               ocirun - Open Container Initiative runtime

            ocirun makes and runs containers as the OCI runtime specification describes them. A
            container is described by a bundle: a directory with a file named "config.json" and
            a root file system. Container engines call ocirun; to run a bundle by hand:

                # ocirun run [ -b bundle ] <container-id>

            The id is any name that is not in use on this host. Without "-b" the bundle is the
            working directory.

            USAGE:
               ocirun [global options] command [command options] [arguments...]

            VERSION:
               {BuildInfo.Version}
            commit: {BuildInfo.Commit}
            spec: {SpecVersion.Current}

            COMMANDS:
            {Table.Format(commands, 0, 2, Indent)}
            GLOBAL OPTIONS:
            {Options(new GlobalFlags().All)}
            """;
    }

    /// <summary>A command's help.</summary>
    public static string Of(Command command)
    {
        var text = new StringBuilder();
        text.Append("NAME:\n").Append(Indent).Append("ocirun ").Append(command.Name).Append(" - ").Append(command.Usage);
        text.Append("\n\nUSAGE:\n").Append(Indent).Append("ocirun ").Append(command.Name).Append($" [command options] {command.ArgumentsUsage}".TrimEnd());
        text.Append("\n\nDESCRIPTION:\n");
        foreach (string line in command.Description.Split('\n'))
            text.Append(line.Length == 0 ? line : Indent + line).Append('\n');
        text.Append("\nOPTIONS:\n").Append(Options(command.Flags));
        return text.ToString();
    }

    /// <summary>The lines of <c>--version</c>; engines look for <c>version</c>, <c>commit: </c> and <c>spec: </c>.</summary>
    public static string VersionLines() =>
        $"ocirun version {BuildInfo.Version}\ncommit: {BuildInfo.Commit}\nspec: {SpecVersion.Current}\n";

    private static string Options(IEnumerable<Flag> flags)
    {
        var rows = new List<string[]>();
        foreach (Flag flag in flags)
        {
            if (flag.Hidden)
                continue;
            string value = flag.NeedsValue ? " value" : string.Empty;
            string names = $"--{flag.Name}{value}";
            if (flag.Alias is not null)
                names += $", -{flag.Alias}{value}";
            rows.Add([names, flag.DefaultText is null ? flag.Usage : $"{flag.Usage} (default: {flag.DefaultText})"]);
        }
        return Table.Format(rows, 0, 2, Indent);
    }
}
