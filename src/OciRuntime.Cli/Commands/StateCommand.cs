using OciRuntime.Cli.Output;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>The <c>state</c> of runtime.md.</summary>
internal sealed class StateCommand() : Command("state", "print the state of a container")
{
    public override string Description => "Prints the container's state as JSON.";

    public override int Execute(Invocation invocation)
    {
        StandardStreams.Write(StateJson.One(Engine.State(invocation.Runtime, invocation.Id)));
        return 0;
    }
}
