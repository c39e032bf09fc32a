using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>A further process in a running container.</summary>
internal sealed class ExecCommand : Command
{
    private readonly ExecFlags _flags;

    public ExecCommand()
        : this(new ExecFlags())
    {
    }

    private ExecCommand(ExecFlags flags)
        : base("exec", "run a further process in a container", flags.All) => _flags = flags;

    public override string ArgumentsUsage => "<container-id> <command> [command options]  || -p process.json <container-id>";

    public override string Description => """
        Runs a process in a container that runs, in all of its namespaces and its cgroup. Without --process it is as
        the container's own process, but for the command and what the flags change.
        """;

    public override int MaximumArguments => int.MaxValue;

    public override bool StopsAtFirstArgument => true;

    public override string FailurePrefix => "exec failed: ";

    public override int FailureExitCode => 255;

    public override int Execute(Invocation invocation)
    {
        if (!_flags.HasProcessFile && invocation.Arguments.Count < 2)
            throw new ContainerException("exec args cannot be empty");
        List<string> args = [.. invocation.Arguments];
        args.RemoveAt(0);
        return Engine.Exec(invocation.Runtime, _flags.Options(invocation.Id, args));
    }
}
