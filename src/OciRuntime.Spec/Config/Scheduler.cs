using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Scheduling attributes (config.md, "Linux Process", scheduler; sched_setattr(2)).</summary>
public sealed record Scheduler
{
    /// <summary>Name as <c>SCHED_BATCH</c>.</summary>
    [Required]
    public string Policy { get; init; } = "";

    /// <summary>Nice value, -20 to 19, of the normal policies.</summary>
    public int? Nice { get; init; }

    /// <summary>Static priority, 1 to 99, of the real-time policies.</summary>
    public int? Priority { get; init; }

    /// <summary>Names as <c>SCHED_FLAG_RESET_ON_FORK</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Deadline policy: run time in nanoseconds.</summary>
    public ulong? Runtime { get; init; }

    /// <summary>Deadline policy: deadline in nanoseconds.</summary>
    public ulong? Deadline { get; init; }

    /// <summary>Deadline policy: period in nanoseconds.</summary>
    public ulong? Period { get; init; }
}
