using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>Stops all processes of a container.</summary>
internal sealed class PauseCommand() : Command("pause", "stop all processes of a container until they are resumed")
{
    public override string Description => """
        Stops every process inside the container without their notice; "ocirun resume" lets them go on.
        """;

    public override int Execute(Invocation invocation)
    {
        Engine.Pause(invocation.Runtime, invocation.Id);
        return 0;
    }
}
