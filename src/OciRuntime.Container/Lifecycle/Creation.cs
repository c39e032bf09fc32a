using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Init;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Container.IO;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Container.Rootfs;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// The making of a container, shared by <c>create</c> and <c>run</c>: from the bundle to an init that is ready to
/// execute the program. A failure on the way undoes everything that was done.
/// </summary>
internal sealed class Creation : IDisposable
{
    private readonly RuntimeOptions _runtime;
    private readonly CreateOptions _options;
    private readonly Bundle _bundle;
    private ContainerPlan? _plan;
    private ICgroup? _cgroup;
    private ResctrlGroup? _resctrl;
    private bool _pidFileWritten;

    private Creation(RuntimeOptions runtime, CreateOptions options, Bundle bundle)
    {
        _runtime = runtime;
        _options = options;
        _bundle = bundle;
    }

    public Config Config => _bundle.Config;

    public ContainerDirectory? Directory { get; private set; }

    public ContainerRecord? Record { get; private set; }

    public InitProcess? Init { get; private set; }

    /// <summary>Listening already, unless the container waits for a <c>start</c>, which then listens.</summary>
    public NotifySocket? Notify { get; private set; }

    /// <summary>Makes the container.</summary>
    /// <param name="runtime">The global flags.</param>
    /// <param name="options">The command's flags.</param>
    /// <param name="waitForStart">True: the init is left waiting for a later <c>start</c>. False: the caller starts it.</param>
    public static Creation Make(RuntimeOptions runtime, CreateOptions options, bool waitForStart)
    {
        ContainerId.Validate(options.Id);
        KernelSupport.Verify();
        string? pidFile = options.PidFile is null ? null : AbsolutePath.Of(options.PidFile);
        Creation creation = new(runtime, options with { PidFile = pidFile }, Bundle.Open(options.Bundle));
        runtime.Debug?.Invoke("config read");
        // From here on there is something that a signal could leave behind, and soon they are the container's.
        if (!waitForStart && !options.Detach)
            _ = SignalState.BlockAll();
        try
        {
            TerminalFlags.Check(creation.Config.Process!.Terminal, waitForStart || options.Detach, options.ConsoleSocket);
            creation.Prepare(waitForStart);
            runtime.Debug?.Invoke("plan made");
            creation.Build();
            return creation;
        }
        catch
        {
            creation.Undo();
            throw;
        }
    }

    /// <summary>Executes the program; returns when it has been executed.</summary>
    /// <exception cref="HookFailedException">A startContainer hook failed.</exception>
    /// <exception cref="ContainerException">The program could not be executed.</exception>
    public void Start()
    {
        InitProcess init = Init!;
        init.Start(listener => SeccompAgent.Notify(Config, _plan!.StateFor(ContainerStatus.Creating, init.Pid), init.Pid, listener));
        OutOfMemory.VerifyExecuted(init.Pid, _cgroup!, () => Config.Linux?.Resources?.Memory?.Limit, _runtime.Warn);
        init.LeaveNetDevices();
    }

    /// <summary>Takes everything back, in the reverse order.</summary>
    public void Undo()
    {
        Undoing undoing = new(_runtime.Warn);
        undoing.Attempt(() => Init?.KillAndReap());
        if (Record is not null)
        {
            undoing.RemoveGroups(_cgroup, _resctrl);
            undoing.Attempt(() => RootMount.Detach(Record.Rootfs, Record.RootMountId));
        }

        undoing.ReturnNetDevices(Init?.NetDevices, _plan?.Namespaces);
        if (_pidFileWritten)
            _ = unlinkat(AT_FDCWD, _options.PidFile, 0);
        undoing.RemoveRecord(Directory, _options.Id);
        if (Init is not null && _plan is not null)
            HookRunner.RunAll(HookKind.Poststop, Config.Hooks, _plan.StateFor(ContainerStatus.Stopped, 0), _bundle.Directory, _runtime.Warn);
        Dispose();
    }

    public void Dispose()
    {
        Notify?.Dispose();
        Init?.Dispose();
        _cgroup?.Dispose();
        _plan?.Dispose();
        Directory?.Dispose();
        _bundle.Dispose();
        Init = null;
        _cgroup = null;
        _plan = null;
        Directory = null;
    }

    /// <summary>All that needs no container: what is wrong with the config or the host shows here.</summary>
    private void Prepare(bool waitForStart)
    {
        Config config = Config;
        NamespacePlan namespaces = NamespacePlan.From(config.Linux);
        HostSettings.Refuse(config, namespaces);
        SocketActivation activation = SocketActivation.OfThisProcess();
        activation.VerifyOpen(_options.PreserveFds);
        bool privileged = CapabilitySets.HasEffective(Capability.CAP_SETGID);
        bool newUserNamespace = (namespaces.New & CLONE_NEWUSER) != 0;

        _cgroup = CgroupFactory.ForNew(_options.Id, config.Linux?.CgroupsPath, _runtime.SystemdCgroup, _runtime.Rootless, _runtime.Warn, config.Annotations, config.Linux?.Resources);
        _resctrl = ResctrlGroup.ForNew(config.Linux?.IntelRdt, _options.Id);
        SecurityLabels.Verify(config.Process!.ApparmorProfile, config.Process.SelinuxLabel);
        FileDescriptor console = UnixSocketAddress.ConnectTo(_options.ConsoleSocket, "--console-socket");
        Directory = ContainerDirectory.Create(_runtime.Root, _options.Id);
        Notify = NotifySocket.OfThisProcess(_runtime.Warn);
        if (Notify is not null)
        {
            config = NotifySocket.AddTo(config, Directory);
            if (!waitForStart)
                Notify.Listen(Directory.Descriptor);
        }

        _plan = new ContainerPlan(_runtime.Warn)
        {
            Id = _options.Id,
            Config = config,
            Bundle = _bundle.Path,
            BundleDirectory = _bundle.Directory,
            ContainerDirectory = Directory.Descriptor,
            Namespaces = namespaces,
            IdMappings = newUserNamespace ? IdMappings.From(config.Linux?.UIDMappings, config.Linux?.GIDMappings, privileged) : null,
            Rootfs = RootfsPlan.Build(config, _bundle.Path, new RootfsPlanOptions
            {
                NoPivot = _options.NoPivot,
                CgroupPaths = _cgroup.Paths,
                Warn = _runtime.Warn,
            }),
            Process = ProcessPlan.From(config.Process!, Notify is null ? activation.Variables : [.. activation.Variables, NotifySocket.Variable], config.Linux, _runtime.Warn),
            Debug = _runtime.Debug,
            NewKeyring = !_options.NoNewKeyring,
            Privileged = privileged,
            PreservedDescriptors = _options.PreserveFds + activation.Descriptors,
            ConsoleSocket = console,
            StartSocket = waitForStart ? StartSocket.Listen(Directory.Descriptor, ContainerDirectory.StartSocketName) : FileDescriptor.None,
        };
    }

    /// <summary>The container itself. The record comes first: whatever is made after it can be found and removed, even if this process is killed.</summary>
    private void Build()
    {
        Record = ContainerRecord.Of(_options.Id, _bundle, _plan!.Namespaces, _runtime.SystemdCgroup, _cgroup!, _resctrl) with
        {
            NoNewKeyring = _options.NoNewKeyring,
            HasPoststartHooks = Config.Hooks is { Poststart.Count: > 0 },
        };
        Directory!.Initialise(Record, _bundle.ConfigText.Span);
        _runtime.Debug?.Invoke("container recorded");

        if (_plan.Rootfs.MountsInHostNamespace)
        {
            Record = Record with { RootMountId = AttachRoot(_plan.Rootfs) };
            Directory.Write(Record);
        }

        // What follows the clone is done while the init makes its namespaces.
        _cgroup!.CreateBirthplace();
        Init = new InitProcess(_plan, _cgroup);
        _runtime.Debug?.Invoke("init cloned");
        _cgroup.Create();
        _cgroup.Apply(Config.Linux?.Resources);
        if (CgroupOwnership.Of(Config) is { } owner and not 0)
            _cgroup.ChangeOwner(owner);
        _resctrl?.Create();
        if (_plan.HasUserNamespace && IdMappings.ToHost(Config.Linux?.UIDMappings, _plan.Process.User.Uid) is { } user)
            Credentials.GiveStdioTo(user);
        _runtime.Debug?.Invoke("cgroups made");
        _cgroup.Enter(Init.Pid);
        try
        {
            // A process in two stages has its pid from the second.
            Init.RunUntilReady(_plan.Namespaces.NeedsTwoStages ? null : StageRecord);
        }
        catch (Exception e) when (OutOfMemory.Explain(e, _cgroup, Config.Linux?.Resources?.Memory?.Limit) is { } reason)
        {
            throw reason;
        }
        catch (ContainerException e) when (!_plan.Privileged && _plan.IdMappings is not null && NamespaceLimits.ExplainDenial(e) is { } reason)
        {
            throw reason;
        }

        _runtime.Debug?.Invoke("init ready");
        if (_resctrl is not null)
            ResctrlGroup.Join(_resctrl.Directory, _resctrl.MonitoringDirectory, Init.Pid);
        if (_plan.Namespaces.NeedsTwoStages)
            StageRecord();
        Directory.PublishRecord();
        _pidFileWritten = PidReport.WriteFile(_options.PidFile, Init.Pid);
        PidReport.SendPidfd(_options.PidfdSocket, "standard", Init.Pidfd);
        _runtime.Debug?.Invoke("process recorded");
    }

    private void StageRecord()
    {
        Record = Record! with { Pid = Init!.Pid, StartTime = ProcessStatus.Of(Init.Pid).StartTime };
        Directory!.StageRecord(Record);
    }

    private static ulong AttachRoot(RootfsPlan rootfs)
    {
        try
        {
            return RootMount.AttachToHost(rootfs);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"mount \"{rootfs.Root}\" on itself, as linux.namespaces has no mount namespace", e);
        }
    }
}
