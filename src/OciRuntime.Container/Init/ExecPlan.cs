using System;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>What the runtime decides before it clones a further process into a running container.</summary>
public sealed class ExecPlan : IDisposable
{
    private readonly Action<string> _warn;
    private MessageChannel? _warnings;

    public ExecPlan(Action<string> warn) => _warn = warn;

    public required string Id { get; init; }

    public required ProcessPlan Process { get; init; }

    /// <summary>Of the container's init, whose namespaces are joined.</summary>
    public required FileDescriptor InitPidfd { get; init; }

    /// <summary>The CLONE_NEW* flags of the namespaces in which the container differs from the runtime.</summary>
    public required ulong Namespaces { get; init; }

    /// <summary>The init's root directory, for a container that has no mount namespace of its own; none otherwise.</summary>
    public required FileDescriptor Root { get; init; }

    public required bool NewKeyring { get; init; }

    public required bool MaySetGroups { get; init; }

    public required int PreservedDescriptors { get; init; }

    /// <summary>The connected <c>--console-socket</c>; none: the terminal goes to the runtime.</summary>
    public FileDescriptor ConsoleSocket { get; init; }

    public bool HasUserNamespace => (Namespaces & CLONE_NEWUSER) != 0;

    /// <inheritdoc cref="ContainerPlan.Warn"/>
    public void Warn(string message)
    {
        if (_warnings is MessageChannel channel)
            channel.Send(MessageType.Warning, 0, message);
        else
            _warn(message);
    }

    /// <inheritdoc cref="ContainerPlan.SendWarningsTo"/>
    public void SendWarningsTo(MessageChannel channel) => _warnings = channel;

    public void Dispose()
    {
        InitPidfd.Dispose();
        Root.Dispose();
        ConsoleSocket.Dispose();
    }
}
