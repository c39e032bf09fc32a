using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>The user's process (config.md, "Process").</summary>
public sealed record Process
{
    /// <summary>Give the process a pseudo-terminal.</summary>
    public bool Terminal { get; init; }

    /// <summary>Size of that terminal in characters.</summary>
    public Box? ConsoleSize { get; init; }

    /// <summary>Who the process runs as; without it, root.</summary>
    public User User { get; init; } = new();

    /// <summary>Program and arguments as execvp(3) takes them; at least one when started.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>The whole command line; Windows only.</summary>
    public string? CommandLine { get; init; }

    /// <summary>Environment, each <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Working directory, absolute, inside the container.</summary>
    [Required]
    public string Cwd { get; init; } = "";

    /// <summary>The five capability sets.</summary>
    public LinuxCapabilities? Capabilities { get; init; }

    /// <summary>Resource limits, at most one of a type.</summary>
    public IReadOnlyList<POSIXRlimit>? Rlimits { get; init; }

    /// <summary>Set <c>no_new_privs</c> (prctl(2)) before the exec.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>AppArmor profile to change to on exec.</summary>
    public string? ApparmorProfile { get; init; }

    /// <summary>Written to <c>/proc/self/oom_score_adj</c>, -1000 to 1000; absent leaves it alone.</summary>
    public int? OOMScoreAdj { get; init; }

    /// <summary>Scheduling attributes as in sched_setattr(2).</summary>
    public Scheduler? Scheduler { get; init; }

    /// <summary>SELinux context of the process.</summary>
    public string? SelinuxLabel { get; init; }

    /// <summary>I/O priority as in ioprio_set(2).</summary>
    public LinuxIOPriority? IOPriority { get; init; }

    /// <summary>CPUs on which <c>exec</c> starts and leaves a further process.</summary>
    public CPUAffinity? ExecCPUAffinity { get; init; }
}
