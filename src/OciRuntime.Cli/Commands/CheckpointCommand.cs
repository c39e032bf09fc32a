using System;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>Saves a running container with CRIU.</summary>
internal sealed class CheckpointCommand : Command
{
    private readonly CheckpointRestoreFlags _flags;
    private readonly StringFlag _parentPath;
    private readonly BoolFlag _leaveRunning;
    private readonly BoolFlag _preDump;
    private readonly BoolFlag _tcpSkipInFlight;
    private readonly BoolFlag _linkRemap;
    private readonly IntFlag _statusFd;
    private readonly StringFlag _pageServer;

    public CheckpointCommand() : this(
        new CheckpointRestoreFlags("directory for criu's images, made if it is not there"),
        new StringFlag("parent-path", null, "directory of an earlier --pre-dump, relative to --image-path"),
        new BoolFlag("leave-running", null, "do not end the container"),
        new BoolFlag("pre-dump", null, "save memory only and leave the container running: the checkpoint after it is shorter"),
        new BoolFlag("tcp-skip-in-flight", null, "leave out TCP connections that are still being made"),
        new BoolFlag("link-remap", null, "keep open files whose name was removed while they have another"),
        new IntFlag("status-fd", null, "descriptor that gets a NUL byte when lazy pages can be fetched", -1, -1),
        new StringFlag("page-server", null, "ADDRESS:PORT of a \"criu page-server\" that takes the memory"))
    {
    }

    private CheckpointCommand(
        CheckpointRestoreFlags flags, StringFlag parentPath, BoolFlag leaveRunning, BoolFlag preDump,
        BoolFlag tcpSkipInFlight, BoolFlag linkRemap, IntFlag statusFd, StringFlag pageServer)
        : base("checkpoint", "save a running container with CRIU", [.. flags.All, parentPath, leaveRunning, preDump, tcpSkipInFlight, linkRemap, statusFd, pageServer])
    {
        _flags = flags;
        _parentPath = parentPath;
        _leaveRunning = leaveRunning;
        _preDump = preDump;
        _tcpSkipInFlight = tcpSkipInFlight;
        _linkRemap = linkRemap;
        _statusFd = statusFd;
        _pageServer = pageServer;
    }

    public override string Description => """
        Saves the processes of a running container, their memory included, in files from which "ocirun restore" makes
        them go on, and removes the container. The root file system and what is bind mounted are not in the files.
        """;

    public override int Execute(Invocation invocation)
    {
        (string? address, int port) = PageServer(_pageServer.NonEmptyValue);
        Engine.Checkpoint(invocation.Runtime, new CheckpointOptions(_flags.Options(invocation.Id))
        {
            ParentPath = _parentPath.NonEmptyValue,
            LeaveRunning = _leaveRunning.Value,
            PreDump = _preDump.Value,
            TcpSkipInFlight = _tcpSkipInFlight.Value,
            LinkRemap = _linkRemap.Value,
            StatusFd = _statusFd.Value,
            PageServerAddress = address,
            PageServerPort = port,
        });
        return 0;
    }

    /// <summary>ADDRESS:PORT, where an IPv6 address stands in brackets, as Go's <c>net.SplitHostPort</c> takes it.</summary>
    internal static (string? Address, int Port) PageServer(string? value)
    {
        if (value is null)
            return (null, 0);
        int colon = value.LastIndexOf(':');
        ReadOnlySpan<char> address = value.AsSpan(0, Math.Max(colon, 0));
        bool bracketed = address.Length > 2 && address[0] == '[' && address[^1] == ']';
        if (bracketed)
            address = address[1..^1];
        ReadOnlySpan<char> port = value.AsSpan(colon + 1);
        if (address.IsEmpty || port.IsEmpty || (!bracketed && address.ContainsAny(":[]")))
            throw new ContainerException("Use --page-server ADDRESS:PORT to specify page server");
        return ushort.TryParse(port, out ushort number) && number > 0 ? (address.ToString(), number) : throw new ContainerException("Invalid port number");
    }
}
