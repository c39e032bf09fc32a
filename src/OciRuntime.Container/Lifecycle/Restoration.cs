using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Checkpoint;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Init;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Container.IO;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// The making of a container by <c>restore</c>: what <see cref="Creation"/> does before there is an init, and then CRIU
/// in place of the clone. A failure on the way undoes everything that was done.
/// </summary>
internal sealed class Restoration : IDisposable
{
    private readonly RuntimeOptions _runtime;
    private readonly RestoreOptions _options;
    private readonly Bundle _bundle;
    private readonly CriuDirectory _images;
    private readonly CriuDirectory? _work;
    private Config _config;
    private NamespacePlan? _namespaces;
    private ICgroup? _cgroup;
    private ResctrlGroup? _resctrl;
    private NetDevices? _netDevices;
    private FileDescriptor _console;
    private bool _hooksRun;
    private bool _pidFileWritten;

    private Restoration(RuntimeOptions runtime, RestoreOptions options, Bundle bundle, CriuDirectory images, CriuDirectory? work)
    {
        _runtime = runtime;
        _options = options;
        _bundle = bundle;
        _config = bundle.Config;
        _images = images;
        _work = work;
    }

    public ContainerDirectory? Directory { get; private set; }

    public ContainerRecord? Record { get; private set; }

    public int Pid { get; private set; }

    /// <summary>A pidfd of the restored init, which is a child of this process.</summary>
    public FileDescriptor Init { get; private set; }

    /// <inheritdoc cref="StartedProcess.Terminal"/>
    public FileDescriptor Terminal { get; private set; }

    /// <summary>Listening, where the caller has a <c>$NOTIFY_SOCKET</c>.</summary>
    public NotifySocket? Notify { get; private set; }

    /// <summary>Makes the container; returns when its processes go on.</summary>
    public static Restoration Make(RuntimeOptions runtime, RestoreOptions options)
    {
        ContainerId.Validate(options.Id);
        KernelSupport.Verify();
        // Opening the bundle changes the working directory, from which these count.
        string? pidFile = options.PidFile is null ? null : AbsolutePath.Of(options.PidFile);
        CriuDirectory images = CriuDirectory.Open(AbsolutePath.Of(options.ImagePath), "--image-path");
        CriuDirectory? work = options.WorkPath is null ? null : CriuDirectory.OpenOrCreate(AbsolutePath.Of(options.WorkPath), "--work-path");
        Restoration restoration = new(runtime, options with { PidFile = pidFile }, Bundle.Open(options.Bundle), images, work);
        if (!options.Detach)
            _ = SignalState.BlockAll();
        try
        {
            restoration.Prepare();
            restoration.Build();
            return restoration;
        }
        catch
        {
            restoration.Undo();
            throw;
        }
    }

    public void Dispose()
    {
        Notify?.Dispose();
        _netDevices?.Dispose();
        Init.Dispose();
        _console.Dispose();
        _namespaces?.Dispose();
        _cgroup?.Dispose();
        Directory?.Dispose();
        _images.Dispose();
        _work?.Dispose();
        _bundle.Dispose();
        Init = FileDescriptor.None;
        _console = FileDescriptor.None;
        _cgroup = null;
        Directory = null;
    }

    /// <summary>All that leaves nothing behind: what is wrong with the config, the host or CRIU shows here.</summary>
    private void Prepare()
    {
        TerminalFlags.Check(_config.Process!.Terminal, _options.Detach, _options.ConsoleSocket);
        ExternalNamespaces.Refuse(_config);
        ExternalMounts.Refuse(_config);
        _namespaces = NamespacePlan.From(_config.Linux);
        HostSettings.Refuse(_config, _namespaces);
        Criu.Verify(_runtime.Criu);
        Criu.VerifyFeatures(_runtime.Criu, memTrack: false, _options.LazyPages);
        _cgroup = CgroupFactory.ForNew(_options.Id, _config.Linux?.CgroupsPath, _runtime.SystemdCgroup, _runtime.Rootless, _runtime.Warn, _config.Annotations, _config.Linux?.Resources);
        _resctrl = ResctrlGroup.ForNew(_config.Linux?.IntelRdt, _options.Id);
        _console = UnixSocketAddress.ConnectTo(_options.ConsoleSocket, "--console-socket");
        Directory = ContainerDirectory.Create(_runtime.Root, _options.Id);
        Notify = NotifySocket.OfThisProcess(_runtime.Warn);
        if (Notify is not null)
        {
            _config = NotifySocket.AddTo(_config, Directory);
            Notify.Listen(Directory.Descriptor);
        }
    }

    private void Build()
    {
        Record = ContainerRecord.Of(_options.Id, _bundle, _namespaces!, _runtime.SystemdCgroup, _cgroup!, _resctrl);
        Directory!.Initialise(Record, _bundle.ConfigText.Span);
        _cgroup!.Create();
        _cgroup.Apply(_config.Linux?.Resources);
        if (CgroupOwnership.Of(_config) is { } owner and not 0)
            _cgroup.ChangeOwner(owner);
        _resctrl?.Create();
        RunCriu();
        _pidFileWritten = PidReport.WriteFile(_options.PidFile, Pid);
    }

    private void RunCriu()
    {
        CriuLog log = new(_work ?? _images, "restore.log");
        log.RemoveFormer();
        _images.LetRead(_config.Linux?.GIDMappings);
        List<FileDescriptor> inherited = [];
        ProtobufWriter namespaces = new();
        try
        {
            ExternalNamespaces.Supply(namespaces, _config, inherited);
            using RestoredRoot root = new(_config, _bundle.Path, Directory!, _options.NoPivot);
            using CriuProcess criu = CriuProcess.Start(_runtime.Criu, CLONE_NEWNS, _cgroup!, inherited, () =>
            {
                _cgroup!.Join();
                SessionKeyring.Join(_options.Id, _namespaces!.HasUserNamespace, _runtime.Warn);
                root.Make();
            });
            // Before there are processes to restore: they are born into it.
            if (_resctrl is not null)
                ResctrlGroup.Join(_resctrl.Directory, _resctrl.MonitoringDirectory, criu.Pid);
            using FileDescriptor images = OpenFor(criu, _images, log);
            using FileDescriptor work = _work is null ? FileDescriptor.None : OpenFor(criu, _work, log);
            ProtobufWriter options = RestoreOptions(images, work, log).Text(CriuField.Options.Root, root.Path).Append(namespaces);
            Criu.Perform(criu, Criu.Request(CriuRequestType.Restore).Message(CriuField.Request.Options, options), Answer, log);
            int exit = criu.Wait();
            if (exit != 0 || !Init.IsOpen)
                throw new ContainerException($"criu failed: exit status {exit}", $"log file: {log.Path}");
        }
        finally
        {
            foreach (FileDescriptor file in inherited)
                file.Dispose();
        }
    }

    private static FileDescriptor OpenFor(CriuProcess criu, CriuDirectory directory, CriuLog log)
    {
        try
        {
            return directory.OpenFor(criu.Pid);
        }
        catch (LinuxException) when (Criu.EarlyFailure(criu, log) is { } reason)
        {
            throw reason;
        }
    }

    private ProtobufWriter RestoreOptions(FileDescriptor images, FileDescriptor work, CriuLog log)
    {
        ProtobufWriter options = CriuOptions.From(_options, images, work, log, _config.Annotations)
            .Bool(CriuField.Options.EvasiveDevices, true)
            .Bool(CriuField.Options.RestoreSibling, true);
        if (_options.LsmProfile is { } profile)
            options.Text(CriuField.Options.LsmProfile, profile);
        if (_options.LsmMountContext is { } context)
            options.Text(CriuField.Options.LsmMountContext, context);
        ExternalMounts.Supply(options, _config, _bundle.Path, _cgroup!.Paths);
        StandardDescriptors.Hand(options, _images);
        foreach (CgroupPath cgroup in _cgroup.Paths)
        {
            foreach (string controller in cgroup.Hierarchy.Split(','))
                options.Message(CriuField.Options.CgroupRoot, new ProtobufWriter().Text(CriuField.Pair.Key, controller).Text(CriuField.Pair.Value, cgroup.Path));
        }

        return options;
    }

    /// <summary>What CRIU tells on its way.</summary>
    private void Answer(CriuResponse message, FileDescriptor file)
    {
        switch (message.Script)
        {
            case "setup-namespaces":
                CompleteNamespaces(message.Pid);
                break;
            case "orphan-pts-master":
                TakeTerminal(file);
                break;
            case "post-restore":
                TakeInit(message.Pid);
                break;
        }
    }

    /// <summary>There is an init with its namespaces, and nothing in them.</summary>
    private void CompleteNamespaces(int pid)
    {
        using FileDescriptor init = Check.Fd(pidfd_open(pid, 0), "pidfd_open");
        if ((_namespaces!.New & CLONE_NEWNET) != 0)
            RestoredInit.BringUpLoopback(init);
        if (_config.Linux?.NetDevices is { Count: > 0 } devices)
        {
            _netDevices = new NetDevices();
            _netDevices.Move(devices, pid);
        }

        // As in Init/InitProcess.cs: prestart hooks belong to a container that has been created.
        _hooksRun = true;
        HookRunner.Run(HookKind.Prestart, _config.Hooks, StateFor(ContainerStatus.Created, pid), _bundle.Directory, null, init);
        HookRunner.Run(HookKind.CreateRuntime, _config.Hooks, StateFor(ContainerStatus.Creating, pid), _bundle.Directory, null, init);
        RestoredInit.SetSysctls(init, _config.Linux?.Sysctl);
    }

    /// <summary>The processes stand still until CRIU has the answer: by then the container is on record.</summary>
    private void TakeInit(int pid)
    {
        Pid = pid;
        Init = Check.Fd(pidfd_open(pid, 0), "pidfd_open");
        if (_config.Root!.Readonly)
            RestoredInit.MakeRootReadonly(Init);
        Record = Record! with { Pid = pid, StartTime = ProcessStatus.Of(pid).StartTime, Restored = true };
        Directory!.Write(Record);
    }

    private void TakeTerminal(FileDescriptor master)
    {
        if (!_config.Process!.Terminal)
            throw new ContainerException("the saved container has a terminal, and process.terminal of this bundle is false", _options.ShellJob
                ? "CRIU gives a restored container no terminal of its caller's: save one that has its own (process.terminal)"
                : "restore it with the config that it was saved with");
        if (_console.IsOpen)
            new MessageChannel(_console).SendBytes("/dev/ptmx"u8, master);
        else
            Terminal = Check.Fd(fcntl(master, F_DUPFD_CLOEXEC, 0), "fcntl(F_DUPFD_CLOEXEC)");
    }

    private State StateFor(ContainerStatus status, int pid) =>
        HookState.Of(_config.OciVersion, _options.Id, status, pid, _bundle.Path, _config.Annotations);

    private void Undo()
    {
        Undoing undoing = new(_runtime.Warn);
        if (Init.IsOpen)
        {
            _ = pidfd_send_signal(Init, SIGKILL);
            undoing.Attempt(() => ExitStatus.Wait(Init));
        }

        if (Record is not null)
            undoing.RemoveGroups(_cgroup, _resctrl);
        undoing.ReturnNetDevices(_netDevices, _namespaces);
        if (_pidFileWritten)
            _ = unlinkat(AT_FDCWD, _options.PidFile, 0);
        undoing.RemoveRecord(Directory, _options.Id);
        if (_hooksRun)
            HookRunner.RunAll(HookKind.Poststop, _config.Hooks, StateFor(ContainerStatus.Stopped, 0), _bundle.Directory, _runtime.Warn);
        Dispose();
    }
}
