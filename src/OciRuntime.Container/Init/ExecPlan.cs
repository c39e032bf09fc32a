using System;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>What the runtime decides before it clones a further process into a running container.</summary>
public sealed class ExecPlan : StartPlan
{
    public ExecPlan(Action<string> warn)
        : base(warn)
    {
    }

    /// <summary>Of the container's init, whose namespaces are joined.</summary>
    public required FileDescriptor InitPidfd { get; init; }

    /// <summary>The CLONE_NEW* flags of the namespaces in which the container differs from the runtime.</summary>
    public required ulong Namespaces { get; init; }

    /// <summary>The init's root directory, for a container that has no mount namespace of its own; none otherwise.</summary>
    public required FileDescriptor Root { get; init; }

    /// <summary>Whether <c>process.execCPUAffinity</c> says where the process is to run.</summary>
    public required bool HasCpuAffinity { get; init; }

    public override bool HasUserNamespace => (Namespaces & CLONE_NEWUSER) != 0;

    public override void Dispose()
    {
        InitPidfd.Dispose();
        Root.Dispose();
        base.Dispose();
    }
}
