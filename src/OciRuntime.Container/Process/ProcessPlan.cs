using System;
using System.Collections.Generic;
using OciRuntime.Container.Seccomp;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Process;

/// <summary>Everything about <c>process</c> that can be decided and encoded before there is one.</summary>
public sealed class ProcessPlan
{
    private ProcessPlan()
    {
    }

    public required string Executable { get; init; }

    public required CStringArray Argv { get; init; }

    public required ProcessEnvironment Environment { get; init; }

    public required Credentials User { get; init; }

    public required CapabilitySets Capabilities { get; init; }

    public required ResourceLimit[] Limits { get; init; }

    /// <summary>Absolute path inside the container.</summary>
    public required CString WorkingDirectory { get; init; }

    public required bool NoNewPrivileges { get; init; }

    public required bool Terminal { get; init; }

    public Box? ConsoleSize { get; init; }

    public int? OomScoreAdj { get; init; }

    public SchedulerAttributes? Scheduler { get; init; }

    public IOPriority? IOPriority { get; init; }

    public MemoryPolicy? MemoryPolicy { get; init; }

    public Personality? Personality { get; init; }

    /// <summary>Null: no AppArmor profile.</summary>
    public string? ApparmorProfile { get; init; }

    /// <summary>Null: no SELinux label.</summary>
    public string? SelinuxLabel { get; init; }

    /// <summary>Null: no filter.</summary>
    public SeccompProgram? Seccomp { get; init; }

    /// <summary>Encodes a validated process.</summary>
    /// <param name="process">The config's process, or one for exec.</param>
    /// <param name="activation">Variables that the runtime adds, NAME=value; they win over the process's own.</param>
    /// <param name="linux">The container's: its seccomp profile, memory policy and personality hold for every process.</param>
    /// <param name="warn">Receives warnings.</param>
    public static ProcessPlan From(Spec.Process process, IReadOnlyList<string> activation, Spec.Linux? linux, Action<string> warn)
    {
        SeccompProgram? program = linux?.Seccomp is { } seccomp ? SeccompCompiler.Compile(seccomp) : null;
        foreach (string warning in program?.Warnings ?? [])
            warn(warning);
        return new()
        {
            Executable = process.Args![0],
            Argv = CStringArray.From(process.Args),
            Environment = ProcessEnvironment.From([.. process.Env ?? [], .. activation]),
            User = Credentials.From(process.User),
            Capabilities = CapabilitySets.From(process.Capabilities, HasUserNamespace(linux), warn),
            Limits = ResourceLimit.From(process.Rlimits),
            WorkingDirectory = process.Cwd,
            NoNewPrivileges = process.NoNewPrivileges,
            Terminal = process.Terminal,
            ConsoleSize = process.ConsoleSize,
            OomScoreAdj = process.OOMScoreAdj,
            Scheduler = SchedulerAttributes.From(process.Scheduler),
            IOPriority = IOPriority.From(process.IOPriority),
            MemoryPolicy = MemoryPolicy.From(linux?.MemoryPolicy),
            Personality = Personality.From(linux?.Personality),
            ApparmorProfile = NullIfEmpty(process.ApparmorProfile),
            SelinuxLabel = NullIfEmpty(process.SelinuxLabel),
            Seccomp = program,
        };
    }

    private static bool HasUserNamespace(Spec.Linux? linux)
    {
        for (int i = 0; i < (linux?.Namespaces?.Count ?? 0); i++)
        {
            if (linux!.Namespaces![i].Type == "user")
                return true;
        }
        return false;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
