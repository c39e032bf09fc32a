using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary><c>create</c> and <c>start</c> in one, and without <c>--detach</c> also the wait and <c>delete</c>.</summary>
internal sealed class RunCommand : Command
{
    private readonly CreateFlags _flags;
    private readonly BoolFlag _detach;
    private readonly BoolFlag _keep;
    private readonly BoolFlag _noSubreaper;

    public RunCommand() : this(
        new CreateFlags(),
        new BoolFlag("detach", "d", "return once the container runs"),
        new BoolFlag("keep", null, "do not delete the container when it ends"),
        new BoolFlag("no-subreaper", null, "do not become the parent of the container's orphans"))
    {
    }

    private RunCommand(CreateFlags flags, BoolFlag detach, BoolFlag keep, BoolFlag noSubreaper)
        : base("run", "create and run a container", [.. flags.All, detach, keep, noSubreaper])
    {
        _flags = flags;
        _detach = detach;
        _keep = keep;
        _noSubreaper = noSubreaper;
    }

    public override string Description => """
        Makes the container that the bundle's config.json describes and starts its process. Without --detach it
        passes signals and the terminal through, waits, deletes the container and exits as the process did.
        """;

    public override string FailurePrefix => "ocirun run failed: ";

    public override int Execute(Invocation invocation)
    {
        invocation.PrepareRoot();
        return Engine.Run(invocation.Runtime, _flags.Options(invocation.Id) with
        {
            Detach = _detach.Value,
            Keep = _keep.Value,
            NoSubreaper = _noSubreaper.Value,
        });
    }
}
