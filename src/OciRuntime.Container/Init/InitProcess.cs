using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>The runtime's side of a container's first process: the clone and the conversation with <see cref="ContainerInit"/>.</summary>
public sealed class InitProcess : StartedProcess
{
    private readonly ContainerPlan _plan;

    private InitProcess(ContainerPlan plan, MessageChannel channel, int pid, FileDescriptor pidfd)
        : base(plan.Process, plan.Warn, channel, pid, pidfd) => _plan = plan;

    /// <summary>Makes the init, in its cgroup and namespaces, and lets it begin.</summary>
    public static InitProcess Clone(ContainerPlan plan, ICgroup cgroup)
    {
        (MessageChannel runtimeEnd, MessageChannel initEnd) = MessageChannel.CreatePair();
        if (plan.Namespaces.NeedsTwoStages)
            runtimeEnd.ReceiveSenders();
        FileDescriptor[] join = [.. cgroup.JoinDescriptors];
        plan.Namespaces.EnterPidForChildren();
        int pid = CloneInto(cgroup, plan.Namespaces.NeedsTwoStages ? 0 : plan.Namespaces.CloneFlags, out FileDescriptor pidfd);
        if (pid == 0)
        {
            runtimeEnd.Dispose();
            ContainerInit.Run(plan, join, initEnd);
        }

        plan.Namespaces.LeavePidForChildren();
        initEnd.Dispose();
        return new InitProcess(plan, runtimeEnd, pid, pidfd);
    }

    /// <summary>The container is on record: the init now waits for <c>start</c> and outlives the runtime.</summary>
    public void ConfirmCreated() => Channel.Send(MessageType.Created);

    protected override void Begin()
    {
        if (!_plan.Namespaces.NeedsTwoStages)
            MapUserNamespace();
    }

    protected override bool Handle(Message message)
    {
        switch (message.Type)
        {
            case MessageType.UserNamespaceMade:
                MapUserNamespace();
                return true;
            case MessageType.RootfsPrepared:
                RunRuntimeHooks();
                Channel.Send(MessageType.RuntimeHooksDone);
                return true;
            default:
                return false;
        }
    }

    private void MapUserNamespace()
    {
        if (_plan.IdMappings is null)
            return;
        _plan.IdMappings.WriteTo(Pid);
        Channel.Send(MessageType.UserNamespaceMapped);
    }

    private void RunRuntimeHooks()
    {
        Spec.Hooks? hooks = _plan.Config.Hooks;

        // Prestart hooks predate the other kinds: they belong to the start of a container that has been created.
        if (hooks is { Prestart.Count: > 0 })
            HookRunner.Run("prestart", hooks.Prestart, _plan.StateFor(ContainerStatus.Created, Pid).Span, _plan.BundleDirectory, null, Pidfd);
        if (hooks is { CreateRuntime.Count: > 0 })
            HookRunner.Run("createRuntime", hooks.CreateRuntime, _plan.StateFor(ContainerStatus.Creating, Pid).Span, _plan.BundleDirectory, null, Pidfd);
    }
}
