using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>The <c>create</c> of runtime.md.</summary>
internal sealed class CreateCommand : Command
{
    private readonly CreateFlags _flags;

    public CreateCommand() : this(new CreateFlags())
    {
    }

    private CreateCommand(CreateFlags flags) : base("create", "create a container", flags.All) => _flags = flags;

    public override string Description => """
        Makes the container that the bundle's config.json describes: its namespaces, cgroups, mounts and process,
        which waits until "ocirun start". The id must not be in use.
        """;

    public override string FailurePrefix => "ocirun create failed: ";

    public override int Execute(Invocation invocation)
    {
        invocation.PrepareRoot();
        Engine.Create(invocation.Runtime, _flags.Options(invocation.Id));
        return 0;
    }
}
