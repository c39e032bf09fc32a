using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>The <c>kill</c> of runtime.md.</summary>
internal sealed class KillCommand : Command
{
    private readonly BoolFlag _all;

    public KillCommand() : this(new BoolFlag("all", "a", "no error if the container is stopped") { Hidden = true })
    {
    }

    private KillCommand(BoolFlag all) : base("kill", "send a signal to a container's init", all) => _all = all;

    public override string ArgumentsUsage => "<container-id> [signal]";

    public override string Description => """
        The signal is a name, with or without SIG, or a number; SIGTERM if not given. For example:

            # ocirun kill ubuntu01 KILL
        """;

    public override int MaximumArguments => 2;

    public override int Execute(Invocation invocation)
    {
        string text = invocation.Arguments.Count > 1 ? invocation.Arguments[1] : string.Empty;
        if (SignalName.Parse(text.Length == 0 ? "SIGTERM" : text) is not { } signal)
        {
            // That there is no such container is what callers look for: it is said first.
            _ = Engine.State(invocation.Runtime, invocation.Id);
            throw new ContainerException($"unknown signal {GoString.Quote(text)}");
        }
        Engine.Kill(invocation.Runtime, invocation.Id, signal, _all.Value);
        return 0;
    }
}
