namespace OciRuntime.Container.Seccomp;

/// <summary>Consecutive numbers with one decision: up to the next run's start.</summary>
/// <param name="Start">The first number.</param>
/// <param name="Decision">As in <see cref="SyscallDecisions"/>; <see cref="SyscallSection"/> adds whose it is.</param>
internal readonly record struct SyscallRun(uint Start, uint Decision);
