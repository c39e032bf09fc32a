using System;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Container.Rootfs;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Init;

/// <summary>
/// What the runtime decides before there is a child, and the init carries out: every path encoded, every namespace
/// and bind source open, the seccomp filter compiled. The init has the same memory, so nothing is serialised.
/// </summary>
public sealed class ContainerPlan : IDisposable
{
    private readonly Action<string> _warn;
    private MessageChannel? _warnings;

    public ContainerPlan(Action<string> warn) => _warn = warn;

    public required string Id { get; init; }

    public required Config Config { get; init; }

    /// <summary>Absolute path.</summary>
    public required string Bundle { get; init; }

    public required FileDescriptor BundleDirectory { get; init; }

    /// <summary>The container's directory, whose lock the runtime holds; the init closes its copy.</summary>
    public required FileDescriptor ContainerDirectory { get; init; }

    public required NamespacePlan Namespaces { get; init; }

    /// <summary>Null without a new user namespace.</summary>
    public IdMappings? IdMappings { get; init; }

    public required RootfsPlan Rootfs { get; init; }

    public required ProcessPlan Process { get; init; }

    /// <summary>Whether to give the container a session keyring of its own.</summary>
    public required bool NewKeyring { get; init; }

    /// <summary>Whether setgroups(2) is allowed to the container's processes.</summary>
    public required bool MaySetGroups { get; init; }

    /// <summary>Descriptors after stderr that the container inherits.</summary>
    public required int PreservedDescriptors { get; init; }

    /// <summary>The connected <c>--console-socket</c>; none: the terminal goes to the runtime.</summary>
    public FileDescriptor ConsoleSocket { get; init; }

    /// <summary>The socket on which the parked init waits for its start; none: the runtime starts it itself.</summary>
    public FileDescriptor StartSocket { get; init; }

    /// <summary>A warning for the user's log: written by the runtime, sent to it by the init.</summary>
    public void Warn(string message)
    {
        if (_warnings is MessageChannel channel)
            channel.Send(MessageType.Warning, 0, message);
        else
            _warn(message);
    }

    /// <summary>In the init: from now on warnings go through <paramref name="channel"/>.</summary>
    public void SendWarningsTo(MessageChannel? channel) => _warnings = channel;

    /// <summary>The state that hooks read on stdin (runtime.md, "State").</summary>
    public ReadOnlyMemory<byte> StateFor(ContainerStatus status, int pid) =>
        HookState.Encode(Config.OciVersion, Id, status, pid, Bundle, Config.Annotations);

    public void Dispose()
    {
        Namespaces.Dispose();
        Rootfs.Dispose();
        ConsoleSocket.Dispose();
        StartSocket.Dispose();
    }
}
