using OciRuntime.Container.Cgroups;
using OciRuntime.Linux;

namespace OciRuntime.Container.Init;

/// <summary>The runtime's side of <c>exec</c>: the clone and the conversation with <see cref="ExecInit"/>.</summary>
public sealed class ExecProcess : StartedProcess
{
    private ExecProcess(ExecPlan plan, MessageChannel channel, int pid, FileDescriptor pidfd)
        : base(plan.Process, plan.Warn, channel, pid, pidfd)
    {
    }

    /// <summary>Makes the process, in the container's cgroup, and lets it begin.</summary>
    public static ExecProcess Clone(ExecPlan plan, ICgroup cgroup)
    {
        (MessageChannel runtimeEnd, MessageChannel childEnd) = MessageChannel.CreatePair();
        runtimeEnd.ReceiveSenders();
        FileDescriptor[] join = [.. cgroup.JoinDescriptors];
        int pid = CloneInto(cgroup, 0, out FileDescriptor pidfd);
        if (pid == 0)
        {
            runtimeEnd.Dispose();
            ExecInit.Run(plan, join, childEnd);
        }

        childEnd.Dispose();
        return new ExecProcess(plan, runtimeEnd, pid, pidfd);
    }

    protected override void Begin()
    {
    }

    protected override bool Handle(Message message) => false;
}
