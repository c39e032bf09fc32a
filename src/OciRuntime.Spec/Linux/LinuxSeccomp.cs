using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>System call filter (config-linux.md, "Seccomp"; seccomp(2)).</summary>
public sealed record LinuxSeccomp
{
    /// <summary>What happens to a call that no rule matches: a name as <c>SCMP_ACT_ERRNO</c>.</summary>
    [Required]
    public string DefaultAction { get; init; } = "";

    /// <summary>Error number of that action; absent is EPERM.</summary>
    public uint? DefaultErrnoRet { get; init; }

    /// <summary>Names as <c>SCMP_ARCH_X86_64</c>; the native one is always in.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Names as <c>SECCOMP_FILTER_FLAG_LOG</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Unix socket that the notification descriptor is sent to.</summary>
    public string? ListenerPath { get; init; }

    /// <summary>Text sent with that descriptor.</summary>
    public string? ListenerMetadata { get; init; }

    /// <summary>Rules.</summary>
    public IReadOnlyList<LinuxSyscall>? Syscalls { get; init; }
}
