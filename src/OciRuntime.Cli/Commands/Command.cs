using System.Collections.Generic;
using OciRuntime.Cli.CommandLine;

namespace OciRuntime.Cli.Commands;

/// <summary>One command of the command line; only the command that is called is ever constructed.</summary>
internal abstract class Command
{
    private readonly Flag[] _flags;

    protected Command(string name, string usage, params Flag[] flags)
    {
        Name = name;
        Usage = usage;
        _flags = [.. flags, Help];
    }

    public string Name { get; }

    /// <summary>One line for the list of commands.</summary>
    public string Usage { get; }

    /// <summary>The positional arguments as the help text shows them.</summary>
    public virtual string ArgumentsUsage => "<container-id>";

    /// <summary>What the help text explains; lines are not indented.</summary>
    public abstract string Description { get; }

    public IReadOnlyList<Flag> Flags => _flags;

    public BoolFlag Help { get; } = new("help", "h", "show this help");

    /// <summary>The least number of positional arguments.</summary>
    public virtual int MinimumArguments => 1;

    /// <summary>The greatest number of positional arguments.</summary>
    public virtual int MaximumArguments => 1;

    /// <summary>Whether everything after the first positional argument belongs to another program.</summary>
    public virtual bool StopsAtFirstArgument => false;

    /// <summary>Goes before the message of a failure, as in runc.</summary>
    public virtual string FailurePrefix => string.Empty;

    /// <summary>The program's exit status when the command fails.</summary>
    public virtual int FailureExitCode => 1;

    /// <summary>Sets the flags and returns the positional arguments.</summary>
    /// <exception cref="UsageException">See <see cref="FlagParser.Parse"/>.</exception>
    public virtual List<string> Parse(List<string> arguments) => FlagParser.Parse(_flags, arguments, 1, !StopsAtFirstArgument);

    /// <summary>Does the work and returns the program's exit status.</summary>
    public abstract int Execute(Invocation invocation);
}
