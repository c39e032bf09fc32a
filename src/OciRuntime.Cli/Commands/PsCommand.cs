using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Process;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Commands;

/// <summary>Lists the processes in a container.</summary>
internal sealed class PsCommand : Command
{
    private readonly StringFlag _format;

    public PsCommand() : this(new StringFlag("format", "f", "'table' or 'json'", "table"))
    {
    }

    private PsCommand(StringFlag format) : base("ps", "list the processes in a container", format) => _format = format;

    public override string ArgumentsUsage => "<container-id> [ps options]";

    public override string Description => """
        Runs the host's ps with the options after the id (default: -ef) and prints the lines that are about the
        container's processes. As JSON: their ids.
        """;

    public override int MaximumArguments => int.MaxValue;

    public override bool StopsAtFirstArgument => true;

    public override int Execute(Invocation invocation)
    {
        IReadOnlyList<int> pids = Engine.Processes(invocation.Runtime, invocation.Id);
        switch (_format.Value)
        {
            case "json":
                StandardStreams.Write((pids.Count == 0 ? "null" : "[" + string.Join(',', pids) + "]") + "\n");
                return 0;
            case "table":
                List<string> options = [.. invocation.Arguments];
                options.RemoveAt(0);
                StandardStreams.Write(Table(options.Count == 0 ? ["-ef"] : options, pids));
                return 0;
            default:
                throw new ContainerException("invalid format option");
        }
    }

    private static string Table(List<string> options, IReadOnlyList<int> pids)
    {
        LibC.waitid_info end = HostProgram.Run("ps", options, out string output);
        if (ExitStatus.From(end) != 0)
            throw new ContainerException($"{ExitStatus.Describe(end)}: {output}");
        return Filter(output, pids);
    }

    /// <summary>The title of what <c>ps</c> has printed, and the lines whose <c>PID</c> column has one of <paramref name="pids"/>.</summary>
    internal static string Filter(string output, IReadOnlyList<int> pids)
    {
        var wanted = new HashSet<int>(pids);
        var text = new StringBuilder();
        int column = -1;
        foreach (string line in output.Split('\n'))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (text.Length == 0)
            {
                column = Array.IndexOf(fields, "PID");
                if (column < 0)
                    throw new ContainerException("couldn't find PID field in ps output");
                text.Append(line).Append('\n');
                continue;
            }
            if (line.Length == 0)
                continue;
            string field = column < fields.Length ? fields[column] : string.Empty;
            if (!int.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int pid))
                throw new ContainerException($"unable to parse pid: strconv.Atoi: parsing {GoString.Quote(field)}: invalid syntax");
            if (wanted.Contains(pid))
                text.Append(line).Append('\n');
        }
        return text.ToString();
    }
}
