using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>The <c>start</c> of runtime.md.</summary>
internal sealed class StartCommand() : Command("start", "start the process of a created container")
{
    public override string Description => "Lets the process of a container that \"ocirun create\" made run its program.";

    public override int Execute(Invocation invocation)
    {
        Engine.Start(invocation.Runtime, invocation.Id);
        return 0;
    }
}
