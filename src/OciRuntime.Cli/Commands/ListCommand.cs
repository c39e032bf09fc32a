using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>Lists the containers under <c>--root</c>.</summary>
internal sealed class ListCommand : Command
{
    private static readonly string[] Titles = ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"];

    private readonly StringFlag _format;
    private readonly BoolFlag _quiet;

    public ListCommand() : this(
        new StringFlag("format", "f", "'table' or 'json'", "table"),
        new BoolFlag("quiet", "q", "print nothing but ids"))
    {
    }

    private ListCommand(StringFlag format, BoolFlag quiet) : base("list", "list the containers", format, quiet)
    {
        _format = format;
        _quiet = quiet;
    }

    public override string ArgumentsUsage => string.Empty;

    public override string Description => "Lists the containers whose state is in the directory that the global flag --root names.";

    public override int MinimumArguments => 0;

    public override int MaximumArguments => 0;

    public override int Execute(Invocation invocation)
    {
        if (_quiet.Value)
        {
            StringBuilder lines = new();
            foreach (string id in Engine.Ids(invocation.Runtime))
                lines.Append(id).Append('\n');
            StandardStreams.Write(lines.ToString());
            return 0;
        }

        IReadOnlyList<ContainerState> containers = Engine.List(invocation.Runtime);
        switch (_format.Value)
        {
            case "table":
                StandardStreams.Write(FormatTable(containers));
                return 0;
            case "json":
                StandardStreams.Write(StateJson.All(containers));
                return 0;
            default:
                throw new ContainerException("invalid format option");
        }
    }

    private static string FormatTable(IReadOnlyList<ContainerState> containers)
    {
        var users = new UserNames();
        var rows = new List<string[]>(containers.Count + 1) { Titles };
        foreach (ContainerState container in containers)
        {
            rows.Add([
                container.Id,
                container.Pid.ToString(CultureInfo.InvariantCulture),
                StatusName.Of(container.Status),
                container.Bundle,
                container.Created,
                users.Of(container.Owner),
            ]);
        }
        return Table.Format(rows, 12, 3);
    }
}
