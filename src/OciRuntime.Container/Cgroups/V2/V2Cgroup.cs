using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>A container's cgroup on a host with v2 alone: one directory.</summary>
internal sealed class V2Cgroup : ICgroup
{
    /// <summary>How long processes may take to stop before freezing is given up, milliseconds.</summary>
    private const int FreezeTimeout = 10_000;

    private readonly List<CgroupPath> _paths;
    private readonly CgroupDirectory _directory;
    private readonly Action<string> _warn;

    /// <summary>Directories that <see cref="Create"/> made, parents first.</summary>
    private readonly List<string> _made = [];

    /// <summary>Whether the processes in the cgroup are the container's: not before <see cref="Create"/> has succeeded.</summary>
    private bool _isOwn;

    private bool _isNew;
    private string? _controllers;
    private string? _obstacle;

    /// <summary>A cgroup at <paramref name="path"/>, which need not exist.</summary>
    public V2Cgroup(CgroupPath path, Action<string> warn)
    {
        _paths = [path];
        _directory = new CgroupDirectory(path.Directory, CGROUP2_SUPER_MAGIC);
        _warn = warn;
    }

    /// <summary>Whether a cgroup that a user without privileges may not make is done without instead of being an error.</summary>
    public bool DropsForbidden { get; init; }

    /// <summary>Whether errors of the device program are ignored, because an unprivileged user cannot have one.</summary>
    public bool IsRootless { get; init; }

    /// <summary>Whether the container exists, so that all that is in the cgroup is its own.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>Whether systemd has made the cgroup for the container, with a process in it.</summary>
    public bool IsPrepared { get; init; }

    public IReadOnlyList<CgroupPath> Paths => _paths;

    /// <summary>One for each of <see cref="Paths"/>.</summary>
    public IReadOnlyList<CgroupDirectory> Directories => [_directory];

    public bool Existed { get; private set; }

    public FileDescriptor CloneInto => _paths.Count == 0 ? FileDescriptor.None : Try("join the container's cgroup", () => _directory.Descriptor);

    public void Join()
    {
    }

    public void CreateBirthplace() => Create();

    public void Create()
    {
        if (_isOwn || _paths.Count == 0)
            return;
        try
        {
            CgroupPath path = _paths[0];
            string mountPoint = path.Directory[..^path.Path.Length];
            _isNew = CgroupTree.Make(path.Directory, mountPoint, _made);
            Existed = !_isNew && !IsPrepared;
            if (Existed)
                CgroupTree.RefuseForeign(_directory);
            _controllers = _directory.Read("cgroup.controllers");
            using var root = new CgroupDirectory(mountPoint, CGROUP2_SUPER_MAGIC);
            string missing = ControllerTree.Missing(root.Read("cgroup.controllers"), _controllers);
            if (missing.Length > 0)
                Enable(missing);
            if (StopsWhoEnters)
                throw CgroupFreeze.Refusal(path.Directory, IsFrozen);
            _isOwn = true;
        }
        catch (LinuxException e) when (DropsForbidden && e.Errno is Errno.EACCES or Errno.EPERM or Errno.EROFS && (IsRootless || UserNamespace.IsNested))
        {
            _obstacle = e.Message;
            _paths.Clear();
        }
        catch (LinuxException e)
        {
            throw new ContainerException("create the container's cgroup", e);
        }
    }

    private void Enable(string missing)
    {
        _obstacle = ControllerTree.Enable(_paths[0], missing);
        _controllers = _directory.Read("cgroup.controllers");
        // Below a threaded cgroup only threaded cgroups can have processes (cgroup-v2.rst, "Threads").
        if (_directory.Read("cgroup.type") != "domain invalid")
            return;
        _obstacle = "a cgroup above it is threaded, so that it has none of the controllers of memory, I/O and huge pages";
        int error = _directory.TryWrite("cgroup.type", "threaded");
        if (error != 0)
            throw new LinuxException("write", error, $"\"threaded\" to {_directory.Path}/cgroup.type");
    }

    public void Apply(LinuxResources? resources)
    {
        if (_paths.Count > 0)
            Try("set the container's limits", () => SetLimits(resources, setDevices: true));
        else if (HasLimits(resources))
            throw new ContainerException($"set the container's limits: rootless needs no limits + no cgrouppath when no permission is granted for cgroups: {_obstacle}");
    }

    public void Update(LinuxResources resources, IReadOnlyList<LinuxDeviceCgroup>? devices = null)
    {
        var journal = new CgroupJournal();
        _directory.Journal = journal;
        try
        {
            Try("set the container's limits", () =>
            {
                SetLimits(resources, setDevices: false);
                // Last: the programs that this replaces cannot be put back.
                if (resources.Devices is { Count: > 0 } rules)
                    SetDevices(DeviceRules.From(rules));
            });
        }
        catch (ContainerException)
        {
            journal.Restore(_warn);
            throw;
        }
        finally
        {
            _directory.Journal = null;
        }
    }

    /// <summary>For who sets limits in another way than <see cref="Update"/>, which does it too: asks what has to be asked before.</summary>
    public void CheckMemory(LinuxMemory? memory)
    {
        if (memory is not null)
            Try("set the container's limits", () => MemoryController.RefuseBelowUsage(_directory, memory));
    }

    private static bool HasLimits(LinuxResources? resources) => resources is not null
        && (V1.PidsController.IsSet(resources.Pids) || MemoryController.IsSet(resources.Memory) || IOController.IsSet(resources.BlockIO)
            || CpuController.IsSet(resources.CPU) || CpusetController.IsSet(resources.CPU) || resources.HugepageLimits is { Count: > 0 }
            || resources.Rdma is { Count: > 0 } || resources.Unified is { Count: > 0 });

    /// <summary>In runc's order; <c>unified</c> last, because it wins over what the other properties were converted to.</summary>
    private void SetLimits(LinuxResources? resources, bool setDevices)
    {
        if (V1.PidsController.IsSet(resources?.Pids))
            V1.PidsController.Set(Having("pids", "pids"), resources!.Pids!);
        if (resources?.Memory is { } memory)
        {
            MemoryController.WarnUnsupported(memory, _warn);
            if (MemoryController.IsSet(memory))
                MemoryController.Set(Having("memory", "memory"), memory);
        }
        if (IOController.IsSet(resources?.BlockIO))
            IOController.Set(Having("io", "blockIO"), resources!.BlockIO!, _warn);
        if (CpuController.IsSet(resources?.CPU))
            CpuController.Set(Having("cpu", "cpu"), resources!.CPU!);
        if (resources?.CPU is { RealtimePeriod: not (null or 0) } or { RealtimeRuntime: not (null or 0) })
            _warn("linux.resources.cpu.realtimeRuntime and realtimePeriod have no effect: cgroup v2 does not have them");
        if (setDevices)
            SetDevices(DeviceRules.From(resources?.Devices));
        if (CpusetController.IsSet(resources?.CPU))
            CpusetController.Set(Having("cpuset", "cpu.cpus"), resources!.CPU!);
        if (resources?.HugepageLimits is { Count: > 0 } hugepages)
            HugetlbController.Set(Having(HugetlbController.Name, "hugepageLimits"), hugepages, "max");
        if (resources?.Rdma is { Count: > 0 } rdma)
            RdmaController.Set(Having(RdmaController.Name, "rdma"), rdma);
        if (resources?.Network is { ClassID: not (null or 0) } or { Priorities.Count: > 0 })
            _warn("linux.resources.network has no effect: cgroup v2 does not have it");
        if (resources?.Unified is { } unified)
            SetUnified(unified);
    }

    private void SetDevices(DeviceRules rules)
    {
        try
        {
            DevicesController.Set(_directory, rules, _isNew);
        }
        catch (LinuxException e) when (e.Errno is Errno.EPERM or Errno.EACCES && (IsRootless || UserNamespace.IsNested))
        {
            // Programs belong to the initial user namespace's administrator; those in force above stay.
        }
    }

    private void SetUnified(IReadOnlyDictionary<string, string> unified)
    {
        foreach ((string file, string value) in unified)
        {
            string property = $"linux.resources.unified[\"{file}\"]";
            int dot = file.IndexOf('.', StringComparison.Ordinal);
            if (file.Contains('/', StringComparison.Ordinal))
                throw new ContainerException($"set {property}: unified resource \"{file}\" must be a file name (no slashes)");
            if (dot <= 0)
                throw new ContainerException($"set {property}: unified resource \"{file}\" must be in the form CONTROLLER.PARAMETER");
            // Files with a line per key (io.max) take one line a write.
            foreach (string line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                // As in CpuController.
                if (file == "cpu.idle")
                    _directory.Keep("cpu.weight");
                int error = _directory.TryWrite(file, line, DeviceLines.Undo(_directory, file, line));
                if (error is Errno.ENOENT or Errno.EPERM or Errno.EACCES && file[..dot] != "cgroup" && !ControllerTree.Has(Controllers, file.AsSpan(0, dot)))
                    throw new ContainerException($"set {property}: unified resource \"{file}\" can't be set: controller \"{file[..dot]}\" not available", _obstacle);
                if (error != 0)
                    throw _directory.Refused(file, line, property, error);
            }
        }
    }

    private string Controllers => _controllers ??= _directory.Read("cgroup.controllers");

    private CgroupDirectory Having(string controller, string property) => ControllerTree.Has(Controllers, controller)
        ? _directory
        : throw new ContainerException(
            $"set linux.resources.{property}: cannot set {controller} limit: the cgroup v2 controller \"{controller}\" is not available in {_directory.Path}",
            _obstacle ?? "the kernel does not have it, or a cgroup above does not pass it on");

    public void Freeze() => Try("freeze the container", () =>
    {
        _directory.Write("cgroup.freeze", "1", "the freezer");
        if (CgroupEvents.WaitFor(_directory, "frozen", '1', Environment.TickCount64 + FreezeTimeout))
            return;
        Thaw();
        throw new ContainerException($"freeze {_directory.Path}: its processes did not stop within {FreezeTimeout / 1000} seconds", "they run on");
    });

    public void Thaw()
    {
        int error = _directory.TryWrite("cgroup.freeze", "0");
        if (error is not (0 or Errno.ENOENT or Errno.ENODEV))
            throw _directory.Refused("cgroup.freeze", "0", "the freezer", error);
    }

    public void LetEnd()
    {
        if (IsFrozen)
            Thaw();
    }

    public bool StopsWhoEnters => _paths.Count > 0 && CgroupEvents.Is(_directory, "frozen", '1');

    public bool IsFrozen => _directory.TryRead("cgroup.freeze", out _) == "1";

    public void Processes(List<int> pids)
    {
        if (_paths.Count > 0)
            Try("list the container's processes", () => CgroupTree.Processes(_directory, pids));
    }

    public void Signal(int signal)
    {
        if (_paths.Count == 0 || !(_isOwn || IsLoaded))
            return;
        // Since Linux 5.14; not in a threaded cgroup.
        if (signal == SIGKILL && _directory.TryWrite("cgroup.kill", "1") == 0)
            return;
        bool froze = false;
        try
        {
            CgroupSignal.SendAll(this, signal, () => froze = !IsFrozen && _directory.TryWrite("cgroup.freeze", "1") == 0);
        }
        finally
        {
            if (froze)
                Thaw();
        }
    }

    public void Kill() => Signal(SIGKILL);

    public void Remove()
    {
        if (_paths.Count == 0)
            return;
        Dispose();
        // Also after a failed create: a directory that was there before is not this container's to remove.
        if (IsLoaded || IsPrepared || _isNew)
            Try("remove the container's cgroup", () => CgroupTree.Remove(_paths[0].Directory, CGROUP2_SUPER_MAGIC));
        // Parents that this process made; not when another container has moved in.
        for (int i = _made.Count - 1; i >= 0; i--)
            _ = unlinkat(AT_FDCWD, _made[i], AT_REMOVEDIR);
    }

    public CgroupStatistics Statistics() =>
        _paths.Count == 0 ? new CgroupStatistics() : Try("read the container's statistics", () => V2Statistics.Read(_directory));

    public ulong OomKills => OomWatch.CountOf(_directory) ?? 0;

    public OomWatch WatchOom() => Try("watch for out-of-memory events", () => OomWatch.OnV2(_directory.Path));

    public void ChangeOwner(uint uid)
    {
        if (_paths.Count > 0)
            Try("give the container's cgroup to its user", () => Delegation.ChangeOwner(_directory, uid));
    }

    public void Dispose() => _directory.Dispose();

    private static void Try(string doing, Action action)
    {
        try
        {
            action();
        }
        catch (LinuxException e)
        {
            throw new ContainerException(doing, e);
        }
    }

    private static T Try<T>(string doing, Func<T> function)
    {
        T result = default!;
        Try(doing, () => { result = function(); });
        return result;
    }
}
