using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>Brings a container back from what <see cref="CheckpointCommand"/> saved.</summary>
internal sealed class RestoreCommand : Command
{
    private readonly CheckpointRestoreFlags _flags;
    private readonly StringFlag _bundle;
    private readonly StringFlag _consoleSocket;
    private readonly BoolFlag _detach;
    private readonly StringFlag _pidFile;
    private readonly BoolFlag _noSubreaper;
    private readonly BoolFlag _noPivot;
    private readonly StringFlag _lsmProfile;
    private readonly StringFlag _lsmMountContext;

    public RestoreCommand() : this(
        new CheckpointRestoreFlags("directory of criu's images"),
        new StringFlag("bundle", "b", "the bundle's directory (default: the working directory)"),
        new StringFlag("console-socket", null, "UNIX socket that is sent the master of the container's terminal"),
        new BoolFlag("detach", "d", "return once the container runs"),
        new StringFlag("pid-file", null, "file to write the process id of the container's init to"),
        new BoolFlag("no-subreaper", null, "do not become the parent of the container's orphans"),
        new BoolFlag("no-pivot", null, "give criu a root that it can pivot from, which a ramdisk is not"),
        new StringFlag("lsm-profile", null, "TYPE:NAME of another AppArmor profile or SELinux label than the saved one"),
        new StringFlag("lsm-mount-context", null, "another SELinux label for mounts than the saved one"))
    {
    }

    private RestoreCommand(
        CheckpointRestoreFlags flags, StringFlag bundle, StringFlag consoleSocket, BoolFlag detach, StringFlag pidFile,
        BoolFlag noSubreaper, BoolFlag noPivot, StringFlag lsmProfile, StringFlag lsmMountContext)
        : base("restore", "go on with a container that was saved", [.. flags.All, bundle, consoleSocket, detach, pidFile, noSubreaper, noPivot, lsmProfile, lsmMountContext])
    {
        _flags = flags;
        _bundle = bundle;
        _consoleSocket = consoleSocket;
        _detach = detach;
        _pidFile = pidFile;
        _noSubreaper = noSubreaper;
        _noPivot = noPivot;
        _lsmProfile = lsmProfile;
        _lsmMountContext = lsmMountContext;
    }

    public override string Description => """
        Makes a container of the bundle whose processes go on where "ocirun checkpoint" saved them. Without --detach it
        passes signals and the terminal through, waits, deletes the container and exits as the process did.
        """;

    public override int Execute(Invocation invocation)
    {
        invocation.PrepareRoot();
        return Engine.Restore(invocation.Runtime, new RestoreOptions(_flags.Options(invocation.Id), _bundle.NonEmptyValue ?? ".")
        {
            ConsoleSocket = _consoleSocket.NonEmptyValue,
            Detach = _detach.Value,
            PidFile = _pidFile.NonEmptyValue,
            NoSubreaper = _noSubreaper.Value,
            NoPivot = _noPivot.Value,
            LsmProfile = _lsmProfile.NonEmptyValue,
            LsmMountContext = _lsmMountContext.NonEmptyValue,
        });
    }
}
