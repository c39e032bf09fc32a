using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>The flags that <c>create</c> and <c>run</c> share.</summary>
internal sealed class CreateFlags
{
    private readonly StringFlag _bundle = new("bundle", "b", "the bundle's directory (default: the working directory)");
    private readonly StringFlag _consoleSocket = new("console-socket", null, "UNIX socket that is sent the master of the container's terminal");
    private readonly StringFlag _pidfdSocket = new("pidfd-socket", null, "UNIX socket that is sent a pidfd of the container's init");
    private readonly StringFlag _pidFile = new("pid-file", null, "file to write the process id of the container's init to");
    private readonly BoolFlag _noPivot = new("no-pivot", null, "move the root file system instead of pivot_root(2), which a ramdisk needs; less safe");
    private readonly BoolFlag _noNewKeyring = new("no-new-keyring", null, "leave the container in the caller's session keyring");
    private readonly IntFlag _preserveFds = new("preserve-fds", null, "file descriptors to pass on, after the standard ones and those of $LISTEN_FDS", 0, 0);

    public Flag[] All => [_bundle, _consoleSocket, _pidfdSocket, _pidFile, _noPivot, _noNewKeyring, _preserveFds];

    public CreateOptions Options(string id) => new()
    {
        Id = id,
        Bundle = _bundle.NonEmptyValue ?? ".",
        ConsoleSocket = _consoleSocket.NonEmptyValue,
        PidfdSocket = _pidfdSocket.NonEmptyValue,
        PidFile = _pidFile.NonEmptyValue,
        NoPivot = _noPivot.Value,
        NoNewKeyring = _noNewKeyring.Value,
        PreserveFds = _preserveFds.Value,
    };
}
