using OciRuntime.Container.Cgroups;

namespace OciRuntime.Container.Init;

/// <summary>The runtime's side of <c>exec</c>: the clone and the conversation with <see cref="ExecInit"/>.</summary>
public sealed class ExecProcess : StartedProcess
{
    /// <summary>Makes the process and lets it begin.</summary>
    public ExecProcess(ExecPlan plan, ICgroup cgroup)
        : base(plan, cgroup, 0, inTwoStages: true, channel => new ExecInit(plan, cgroup, channel))
    {
    }
}
