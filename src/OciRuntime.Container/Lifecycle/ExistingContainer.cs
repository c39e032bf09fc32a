using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Hooks;
using OciRuntime.Container.Init;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Container.IO;
using OciRuntime.Container.Process;
using OciRuntime.Container.Rootfs;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>A container made earlier, found by its directory.</summary>
internal sealed class ExistingContainer : IDisposable
{
    /// <summary>Milliseconds for a killed init to end: before all of the container's processes are killed, and after.</summary>
    private const int AlonePatience = 500, EndPatience = 10_000;

    private readonly RuntimeOptions _runtime;
    private readonly bool _ownsDirectory;
    private ICgroup? _cgroup;
    private Config? _config;

    private ExistingContainer(RuntimeOptions runtime, ContainerDirectory directory, ContainerRecord record, bool ownsDirectory)
    {
        _runtime = runtime;
        _ownsDirectory = ownsDirectory;
        Directory = directory;
        Record = record;
    }

    public ContainerDirectory Directory { get; }

    public ContainerRecord Record { get; }

    public ICgroup Cgroup => _cgroup ??= CgroupFactory.Load(Record.Cgroups, Record.SystemdCgroup, _runtime.Warn);

    /// <summary>The config as it was when the container was made.</summary>
    public Config Config => _config ??= Directory.ReadConfig();

    /// <summary>With the mount of sd_notify's socket, where the container was made with one.</summary>
    public Config ConfigWithNotifySocket => NotifySocket.IsIn(Directory) ? NotifySocket.With(Config, Directory) : Config;

    /// <param name="runtime">The global flags.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="exclusive">Whether to wait for, and keep off, others who change the container.</param>
    /// <exception cref="ContainerException"><c>container does not exist</c>, or its record is damaged.</exception>
    public static ExistingContainer Open(RuntimeOptions runtime, string id, bool exclusive)
    {
        ContainerDirectory directory = ContainerDirectory.Open(runtime.Root, id);
        try
        {
            if (exclusive)
                LockUnlessCreating(directory, id);
            return new(runtime, directory, directory.Read(), ownsDirectory: true);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whoever changes a container for a moment is waited for. Its creator is not: its hooks may take their time, wait for the
    /// caller even, and no operation has an effect on a container that is not created yet (runtime.md, "Start", "Kill").
    /// </summary>
    private static void LockUnlessCreating(ContainerDirectory directory, string id)
    {
        if (directory.TryLock())
            return;
        if (directory.Exists && directory.TryRead() is null or { Pid: 0 })
            throw BeingCreated(id);
        if (!directory.Lock())
            throw new ContainerException("container does not exist") { Errno = Errno.ENOENT };
    }

    /// <summary>The error of what has to wait until the container is created.</summary>
    public static ContainerException BeingCreated(string id) => new($"container {id} is still being created") { Errno = Errno.EBUSY };

    /// <summary>Of what the caller has opened, locked and read already; the directory stays the caller's to close.</summary>
    public static ExistingContainer Of(RuntimeOptions runtime, ContainerDirectory directory, ContainerRecord record) =>
        new(runtime, directory, record, ownsDirectory: false);

    /// <summary>The container's status now: what is recorded, and what the kernel says of the init and its cgroup.</summary>
    public ContainerStatus Status()
    {
        if (Record.Pid == 0)
            return directoryIsBusy() ? ContainerStatus.Creating : ContainerStatus.Stopped;
        ProcessStatus init = ProcessStatus.Of(Record.Pid);
        if (!init.IsAlive || init.StartTime != Record.StartTime)
            return ContainerStatus.Stopped;
        if (Cgroup.IsFrozen)
            return ContainerStatus.Paused;
        return WaitsForStart() ? ContainerStatus.Created : ContainerStatus.Running;

        bool directoryIsBusy() => !Directory.TryLock();
    }

    public ContainerState State()
    {
        ContainerStatus status = Status();
        return new()
        {
            OciVersion = Record.OciVersion,
            Id = Record.Id,
            Pid = status == ContainerStatus.Stopped ? 0 : Record.Pid,
            Status = status,
            Bundle = Record.Bundle,
            Rootfs = Record.Rootfs,
            Created = Record.Created,
            Annotations = Record.Annotations ?? new Dictionary<string, string>(),
            Owner = Directory.Owner,
        };
    }

    /// <summary>A descriptor of the init that cannot come to mean another process; none when it has ended.</summary>
    public FileDescriptor OpenInit()
    {
        if (Record.Pid == 0)
            return FileDescriptor.None;
        FileDescriptor pidfd = new(pidfd_open(Record.Pid, 0));
        if (!pidfd.IsOpen)
            return FileDescriptor.None;

        // Only now is it certain that the pid is held and the answer is about the process behind the descriptor.
        ProcessStatus init = ProcessStatus.Of(Record.Pid);
        if (init.IsAlive && init.StartTime == Record.StartTime)
            return pidfd;
        pidfd.Dispose();
        return FileDescriptor.None;
    }

    /// <summary>The state that hooks and seccomp agents are told.</summary>
    public State StateFor(ContainerStatus status) =>
        HookState.Of(Record.OciVersion, Record.Id, status, status == ContainerStatus.Stopped ? 0 : Record.Pid, Record.Bundle, Record.Annotations);

    /// <inheritdoc cref="SeccompAgent.Notify"/>
    public void NotifySeccompAgent(ContainerStatus status, int pid, FileDescriptor listener) =>
        SeccompAgent.Notify(Config, StateFor(status), pid, listener);

    /// <summary>
    /// Undoes the creation (runtime.md, "Lifecycle", steps 12 and 13): ends what still runs, removes the cgroup and
    /// the directory, runs the poststop hooks.
    /// </summary>
    public void Destroy()
    {
        using (FileDescriptor init = OpenInit())
        {
            if (init.IsOpen)
            {
                _ = pidfd_send_signal(init, SIGKILL);
                Cgroup.LetEnd();
                WaitForEnd(init);
            }
        }

        if (Record.OwnsCgroup)
        {
            // With a PID namespace of its own, all of the container's processes ended with the init.
            if (!Record.OwnPidNamespace || Record.Pid == 0)
                Cgroup.Kill();
            Cgroup.Remove();
        }

        ResctrlGroup.Remove(Record.RemovesResctrlGroup ? Record.ResctrlGroup : null, Record.ResctrlMonitoringGroup);
        RootMount.Detach(Record.Rootfs, Record.RootMountId);
        Spec.Hooks? hooks = Record.HasPoststopHooks ? Config.Hooks : null;
        Directory.Remove();
        HookRunner.RunAll(HookKind.Poststop, hooks, StateFor(ContainerStatus.Stopped), FileDescriptor.None, _runtime.Warn);
    }

    public void Dispose()
    {
        _cgroup?.Dispose();
        if (_ownsDirectory)
            Directory.Dispose();
    }

    /// <exception cref="ContainerException">It does not end, perhaps because a cgroup above the container's is frozen.</exception>
    private void WaitForEnd(FileDescriptor init)
    {
        if (EndsWithin(init, AlonePatience))
            return;
        // Others of the container's processes may freeze it again and again, in a cgroup of its own below the container's.
        Cgroup.Kill();
        if (!EndsWithin(init, EndPatience))
            throw new ContainerException("container init still running", "thaw the cgroups above the container's, if one is frozen");
    }

    /// <summary>The init need not be a child of this process; a pidfd tells its end to everybody.</summary>
    private static bool EndsWithin(FileDescriptor init, int milliseconds) =>
        Waiting.For(init, POLLIN, Environment.TickCount64 + milliseconds);

    /// <summary>A runtime killed in the middle of <c>start</c> may leave the socket: then nobody listens behind it.</summary>
    private bool WaitsForStart() =>
        Directory.HasStartSocket && StartSocket.IsAwaited(Directory.Descriptor, ContainerDirectory.StartSocketName);
}
