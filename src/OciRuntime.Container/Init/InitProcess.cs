using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Namespaces;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Init;

/// <summary>The runtime's side of a container's first process: the clone and the conversation with <see cref="ContainerInit"/>.</summary>
public sealed class InitProcess : StartedProcess
{
    private readonly ContainerPlan _plan;

    /// <summary>Makes the init, in its namespaces, and lets it begin.</summary>
    public InitProcess(ContainerPlan plan, ICgroup cgroup)
        : base(
            plan,
            cgroup,
            plan.Namespaces.NeedsTwoStages ? 0 : plan.Namespaces.CloneFlags,
            plan.Namespaces.NeedsTwoStages,
            channel => new ContainerInit(plan, cgroup, channel)) =>
        _plan = plan;

    /// <summary>Those that have been moved into the container, which can be taken back until it lives.</summary>
    public NetDevices? NetDevices { get; private set; }

    /// <summary>The container is on record: the init now waits for <c>start</c> and outlives the runtime.</summary>
    public void ConfirmCreated() => Channel.Send(MessageType.Created);

    /// <summary>The container lives: its network namespace, and what is in it, ends with its processes.</summary>
    public void LeaveNetDevices()
    {
        NetDevices?.Dispose();
        NetDevices = null;
    }

    public override void Dispose()
    {
        LeaveNetDevices();
        base.Dispose();
    }

    protected override void Begin()
    {
        Channel.Send(MessageType.CgroupsMade);
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
            case MessageType.NetDevicesWanted:
                NetDevices = new NetDevices();
                NetDevices.Move(_plan.Config.Linux!.NetDevices!, Pid);
                Channel.Send(MessageType.NetDevicesMoved);
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
            HookRunner.Run(HookKind.Prestart, hooks, _plan.StateFor(ContainerStatus.Created, Pid), _plan.BundleDirectory, null, Pidfd);
        if (hooks is { CreateRuntime.Count: > 0 })
            HookRunner.Run(HookKind.CreateRuntime, hooks, _plan.StateFor(ContainerStatus.Creating, Pid), _plan.BundleDirectory, null, Pidfd);
    }
}
