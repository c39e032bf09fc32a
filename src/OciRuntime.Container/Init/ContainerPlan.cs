using System;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Rootfs;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Init;

/// <summary>
/// What the runtime decides before it clones a container's init: every path encoded, every namespace and bind source
/// open, the seccomp filter compiled.
/// </summary>
public sealed class ContainerPlan : StartPlan
{
    public ContainerPlan(Action<string> warn)
        : base(warn)
    {
    }

    public required Config Config { get; init; }

    /// <inheritdoc cref="RuntimeOptions.Debug"/>
    public Action<string>? Debug { get; init; }

    /// <summary>Absolute path.</summary>
    public required string Bundle { get; init; }

    public required FileDescriptor BundleDirectory { get; init; }

    /// <summary>The container's directory, whose lock the runtime holds; the init closes its copy.</summary>
    public required FileDescriptor ContainerDirectory { get; init; }

    public required NamespacePlan Namespaces { get; init; }

    /// <summary>Whether the runtime has CAP_SETGID and CAP_SETUID in its user namespace.</summary>
    public required bool Privileged { get; init; }

    /// <summary>Null without a new user namespace.</summary>
    public IdMappings? IdMappings { get; init; }

    public required RootfsPlan Rootfs { get; init; }

    /// <summary>The socket on which the parked init waits for its start; none: the runtime starts it itself.</summary>
    public FileDescriptor StartSocket { get; init; }

    public override bool HasUserNamespace => Namespaces.HasUserNamespace;

    /// <summary>The state that hooks and seccomp agents are told.</summary>
    /// <param name="status">Where the container is in its life.</param>
    /// <param name="pid">Of the init, as the reader's namespace sees it; 0 when it has ended.</param>
    public State StateFor(ContainerStatus status, int pid) =>
        HookState.Of(Config.OciVersion, Id, status, pid, Bundle, Config.Annotations);

    public override void Dispose()
    {
        Namespaces.Dispose();
        Rootfs.Dispose();
        StartSocket.Dispose();
        base.Dispose();
    }
}
