using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>A rule of the filter (config-linux.md, "Seccomp", syscalls).</summary>
public sealed record LinuxSyscall
{
    /// <summary>System calls; at least one.</summary>
    [Required]
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Name as <c>SCMP_ACT_ALLOW</c>.</summary>
    [Required]
    public string Action { get; init; } = "";

    /// <summary>Error or trace number of the action; absent is EPERM.</summary>
    public uint? ErrnoRet { get; init; }

    /// <summary>Conditions on arguments; all must hold.</summary>
    public IReadOnlyList<LinuxSeccompArg>? Args { get; init; }
}
