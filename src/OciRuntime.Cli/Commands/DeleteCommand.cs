using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>The <c>delete</c> of runtime.md.</summary>
internal sealed class DeleteCommand : Command
{
    private readonly BoolFlag _force;

    public DeleteCommand() : this(new BoolFlag("force", "f", "kill the container first if it is not stopped; no error if there is none"))
    {
    }

    private DeleteCommand(BoolFlag force) : base("delete", "delete a container and everything that belongs to it", force) => _force = force;

    public override string Description => "Removes the cgroups, mounts and state of a stopped container.";

    public override int Execute(Invocation invocation)
    {
        Engine.Delete(invocation.Runtime, invocation.Id, _force.Value);
        return 0;
    }
}
