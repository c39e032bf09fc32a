using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>Lets a paused container go on.</summary>
internal sealed class ResumeCommand() : Command("resume", "let the processes of a paused container go on")
{
    public override string Description => """
        Lets all processes of a container go on that "ocirun pause" has stopped.
        """;

    public override int Execute(Invocation invocation)
    {
        Engine.Resume(invocation.Runtime, invocation.Id);
        return 0;
    }
}
