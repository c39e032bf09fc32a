using System.Diagnostics.CodeAnalysis;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The flags of <c>restore</c>.</summary>
public sealed record RestoreOptions : CheckpointFlags
{
    [SetsRequiredMembers]
    public RestoreOptions(CheckpointFlags shared, string bundle)
        : base(shared) => Bundle = bundle;

    /// <inheritdoc cref="CreateOptions.Bundle"/>
    public string Bundle { get; }

    /// <inheritdoc cref="CreateOptions.ConsoleSocket"/>
    public string? ConsoleSocket { get; init; }

    public bool Detach { get; init; }

    public string? PidFile { get; init; }

    /// <inheritdoc cref="CreateOptions.NoSubreaper"/>
    public bool NoSubreaper { get; init; }

    /// <summary>The runtime's root cannot be pivoted from, as on a ramdisk: CRIU gets one that can.</summary>
    public bool NoPivot { get; init; }

    /// <summary><c>apparmor:NAME</c> or <c>selinux:LABEL</c>, in place of the saved one.</summary>
    public string? LsmProfile { get; init; }

    /// <summary>SELinux label of mounts, in place of the saved one.</summary>
    public string? LsmMountContext { get; init; }
}
