using System;
using OciRuntime.Container.Process;
using OciRuntime.Linux;

namespace OciRuntime.Container.Init;

/// <summary>
/// What the runtime decides before it clones a process of a container, be it the init or one of <c>exec</c>. The child
/// has the same memory, so nothing is serialised.
/// </summary>
public abstract class StartPlan : IDisposable
{
    private readonly Action<string> _warn;
    private MessageChannel? _warnings;

    protected StartPlan(Action<string> warn) => _warn = warn;

    /// <summary>The container's id.</summary>
    public required string Id { get; init; }

    public required ProcessPlan Process { get; init; }

    /// <summary>Whether the process gets the container's session keyring, or keeps the caller's.</summary>
    public required bool NewKeyring { get; init; }

    /// <summary>Descriptors after stderr that the process inherits.</summary>
    public required int PreservedDescriptors { get; init; }

    /// <summary>The connected <c>--console-socket</c>; none: the terminal goes to the runtime.</summary>
    public FileDescriptor ConsoleSocket { get; init; }

    /// <summary>Whether the process lives in another user namespace than the runtime.</summary>
    public abstract bool HasUserNamespace { get; }

    /// <summary>A warning for the user's log: written by the runtime, sent to it by the child.</summary>
    public void Warn(string message)
    {
        if (_warnings is MessageChannel channel)
            channel.Send(MessageType.Warning, 0, message);
        else
            _warn(message);
    }

    /// <summary>In the child: from now on warnings go through <paramref name="channel"/>.</summary>
    public void SendWarningsTo(MessageChannel channel) => _warnings = channel;

    public virtual void Dispose() => ConsoleSocket.Dispose();
}
