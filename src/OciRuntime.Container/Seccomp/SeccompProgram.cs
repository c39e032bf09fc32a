using System;
using System.Collections.Generic;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>A filter that is ready to be loaded: the child needs no more than a pointer, a count and the flags.</summary>
public sealed class SeccompProgram
{
    private readonly sock_filter[] _instructions;

    internal SeccompProgram(sock_filter[] instructions, IReadOnlyList<string> warnings)
    {
        _instructions = instructions;
        Warnings = warnings;
    }

    /// <summary>
    /// The program, 0 to 4096 instructions. Empty when the profile asks for nothing (runc: no default action and no
    /// rules): <see cref="SeccompLoader.Load"/> then does nothing.
    /// </summary>
    public ReadOnlySpan<sock_filter> Instructions => _instructions;

    /// <summary>SECCOMP_FILTER_FLAG_* for seccomp(2).</summary>
    public uint Flags { get; internal init; }

    /// <summary>A rule says SCMP_ACT_NOTIFY: loading returns a descriptor that has to reach <see cref="ListenerPath"/>.</summary>
    public bool NeedsListener { get; internal init; }

    /// <summary>
    /// sendmsg(2) is allowed whatever its arguments, so that the descriptor can be sent. Otherwise the child may only
    /// tell its number, with write(2), which no profile that compiles sends to the listener.
    /// </summary>
    public bool AllowsSendmsg { get; internal init; }

    /// <summary>Why no process can be started with the filter; null when nothing is known to stand in the way.</summary>
    internal string? Obstacle { get; init; }

    /// <summary>Where the descriptor goes; set whenever <see cref="NeedsListener"/> is.</summary>
    public string? ListenerPath { get; internal init; }

    /// <summary>Text that goes with it; null when the profile has none.</summary>
    public string? ListenerMetadata { get; internal init; }

    /// <summary>
    /// What the profile asks for and does not get, one sentence each, such as an unknown system call name (runc logs
    /// these as debug messages).
    /// </summary>
    public IReadOnlyList<string> Warnings { get; }
}
