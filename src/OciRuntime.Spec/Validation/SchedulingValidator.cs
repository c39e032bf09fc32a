namespace OciRuntime.Spec;

/// <summary>
/// <c>process.scheduler</c>, <c>ioPriority</c> and <c>execCPUAffinity</c> (config.md, "Linux Process"), with the
/// kernel's rules of sched_setattr(2) and ioprio_set(2).
/// </summary>
internal static class SchedulingValidator
{
    /// <summary>No kernel has more CPUs; what is beyond would only make the mask long.</summary>
    private const int HighestCpu = 65535;

    /// <summary>The scheduler counts in units of 1024 ns (sched_setattr(2), "SCHED_DEADLINE").</summary>
    private const ulong ShortestRuntime = 1024;

    public static void Validate(ProblemList problems, Process process)
    {
        if (process.Scheduler is not null)
            ValidateScheduler(problems, process.Scheduler);
        if (process.IOPriority is { } io)
        {
            if (io.Class is not ("IOPRIO_CLASS_RT" or "IOPRIO_CLASS_BE" or "IOPRIO_CLASS_IDLE"))
                problems.AddUnknown("process.ioPriority.class", io.Class, "an I/O scheduling class");
            if (io.Priority is < 0 or > 7)
                problems.Add("process.ioPriority.priority", $"is {io.Priority}, must be from 0 to 7");
        }
        if (process.ExecCPUAffinity is { } affinity)
        {
            ValidateCpus(problems, "process.execCPUAffinity.initial", affinity.Initial);
            ValidateCpus(problems, "process.execCPUAffinity.final", affinity.Final);
        }
    }

    private static void ValidateScheduler(ProblemList problems, Scheduler scheduler)
    {
        const string Path = "process.scheduler";
        string policy = scheduler.Policy;
        if (policy is not ("SCHED_OTHER" or "SCHED_FIFO" or "SCHED_RR" or "SCHED_BATCH" or "SCHED_ISO" or "SCHED_IDLE" or "SCHED_DEADLINE"))
        {
            problems.AddUnknown(Path + ".policy", policy, "a scheduling policy");
            return;
        }

        if (scheduler.Nice is < -20 or > 19)
            problems.Add(Path + ".nice", $"is {scheduler.Nice}, must be from -20 to 19");
        bool realTime = policy is "SCHED_FIFO" or "SCHED_RR";
        int priority = scheduler.Priority ?? 0;
        if (realTime && (priority is < 1 or > 99))
            problems.Add(Path + ".priority", $"is {priority}, must be from 1 to 99 with {policy}");
        if (!realTime && priority != 0)
            problems.Add(Path + ".priority", $"is {priority}, must be 0 with {policy}");

        ulong runtime = scheduler.Runtime ?? 0, deadline = scheduler.Deadline ?? 0, period = scheduler.Period ?? 0;
        if (policy != "SCHED_DEADLINE" && (runtime | deadline | period) != 0)
            problems.Add(Path, "runtime, deadline and period are for SCHED_DEADLINE only");
        bool keepsParameters = false;
        for (int i = 0; i < scheduler.Flags?.Count; i++)
            keepsParameters |= scheduler.Flags[i] == "SCHED_FLAG_KEEP_PARAMS";
        if (policy == "SCHED_DEADLINE" && !keepsParameters)
            ValidateDeadline(problems, Path, runtime, deadline, period);

        for (int i = 0; i < scheduler.Flags?.Count; i++)
        {
            if (scheduler.Flags[i] is not ("SCHED_FLAG_RESET_ON_FORK" or "SCHED_FLAG_RECLAIM" or "SCHED_FLAG_DL_OVERRUN"
                or "SCHED_FLAG_KEEP_POLICY" or "SCHED_FLAG_KEEP_PARAMS" or "SCHED_FLAG_UTIL_CLAMP_MIN" or "SCHED_FLAG_UTIL_CLAMP_MAX"))
            {
                problems.AddUnknown(JsonPath.Item(Path + ".flags", i), scheduler.Flags[i], "a scheduling flag");
            }
        }
    }

    /// <summary>The kernel's __checkparam_dl. Without a period the deadline is the period.</summary>
    private static void ValidateDeadline(ProblemList problems, string path, ulong runtime, ulong deadline, ulong period)
    {
        if (runtime < ShortestRuntime)
            problems.Add(path + ".runtime", $"is {runtime}, must be at least {ShortestRuntime} ns with SCHED_DEADLINE");
        if (deadline == 0)
            problems.Add(path + ".deadline", "is 0, must be set with SCHED_DEADLINE");
        else if (runtime > deadline || (period != 0 && deadline > period))
            problems.Add(path, "runtime must not be more than deadline, nor deadline more than period");
        if (deadline > long.MaxValue || period > long.MaxValue)
            problems.Add(path, $"deadline and period must not be more than {long.MaxValue} ns");
    }

    private static void ValidateCpus(ProblemList problems, string path, string? cpus)
    {
        if (cpus is not null && !NumberList.IsValid(cpus, HighestCpu))
            problems.AddUnknown(path, cpus, "a list of CPUs such as 0-3,7");
    }
}
