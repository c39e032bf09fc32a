using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Container.Cgroups.V2;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>
/// A container's cgroup on a host with v1 hierarchies: a directory of the same name in each of them, and, on a
/// hybrid host, in the v2 one, which only tracks the processes there.
/// </summary>
internal sealed class V1Cgroup : ICgroup
{
    private static readonly CString s_self = "0";

    private readonly List<CgroupPath> _paths;
    private readonly List<CgroupDirectory> _directories;
    private readonly Action<string> _warn;

    /// <summary>Directories that <see cref="Create"/> made, parents first.</summary>
    private readonly List<string> _made = [];

    /// <summary>Whether the processes in the cgroup are the container's: not before <see cref="Create"/> has succeeded.</summary>
    private bool _isOwn;

    private bool _hasBirthplace;
    private bool _isNewDevices;

    public bool Existed { get; private set; }

    /// <summary>A cgroup at <paramref name="paths"/>, which need not exist.</summary>
    public V1Cgroup(IReadOnlyList<CgroupPath> paths, Action<string> warn)
    {
        _warn = warn;
        _paths = [.. paths];
        _directories = new List<CgroupDirectory>(paths.Count);
        for (int i = 0; i < paths.Count; i++)
            _directories.Add(new CgroupDirectory(paths[i].Directory, paths[i].Hierarchy.Length == 0 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC));
    }

    /// <summary>Whether a hierarchy that a user without privileges may not write is left out instead of being an error.</summary>
    public bool DropsForbidden { get; init; }

    /// <summary>Whether errors of the device list are ignored, because an unprivileged user cannot have one.</summary>
    public bool IsRootless { get; init; }

    /// <summary>Whether the container exists, so that all that is in the cgroup is its own.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>Whether systemd has made the cgroup for the container, in the hierarchies that it uses and with a process in it.</summary>
    public bool IsPrepared { get; init; }

    public IReadOnlyList<CgroupPath> Paths => _paths;

    /// <summary>One for each of <see cref="Paths"/>.</summary>
    public IReadOnlyList<CgroupDirectory> Directories => _directories;

    public FileDescriptor CloneInto
    {
        get
        {
            CgroupDirectory? unified = Unified;
            try
            {
                return unified is null ? FileDescriptor.None : unified.Descriptor;
            }
            catch (LinuxException e)
            {
                throw new ContainerException("join the container's cgroup", e);
            }
        }
    }

    private CgroupDirectory? Unified => _paths.Count > 0 && _paths[^1].Hierarchy.Length == 0 ? _directories[^1] : null;

    /// <summary>On a hybrid host the directory of v2. All, where some may be left out: the process has to know which.</summary>
    public void CreateBirthplace()
    {
        if (DropsForbidden && (IsRootless || UserNamespace.IsNested))
        {
            Create();
            return;
        }
        if (Unified is null)
            return;
        try
        {
            Create(_paths.Count - 1);
            _hasBirthplace = true;
        }
        catch (LinuxException e)
        {
            throw NotCreated(e);
        }
    }

    public void Create()
    {
        if (_isOwn)
            return;
        for (int i = 0; i < _paths.Count - (_hasBirthplace ? 1 : 0); i++)
        {
            try
            {
                Create(i);
            }
            catch (LinuxException e) when (DropsForbidden && e.Errno is Errno.EACCES or Errno.EPERM or Errno.EROFS && (IsRootless || UserNamespace.IsNested))
            {
                _directories[i].Dispose();
                _directories.RemoveAt(i);
                _paths.RemoveAt(i);
                i--;
            }
            catch (LinuxException e)
            {
                throw NotCreated(e);
            }
        }
        _isOwn = true;
    }

    private static ContainerException NotCreated(LinuxException e) => new("create the container's cgroup", e);

    private void Create(int i)
    {
        CgroupPath path = _paths[i];
        string mountPoint = path.Directory[..^path.Path.Length];
        int before = _made.Count;
        bool isNew = CgroupTree.Make(path.Directory, mountPoint, _made);
        if (CgroupHierarchy.Contains(path.Hierarchy, CpusetController.Name))
        {
            var directories = new CgroupDirectory[isNew ? _made.Count - before : 1];
            directories[^1] = _directories[i];
            for (int j = 0; j < directories.Length - 1; j++)
                directories[j] = new CgroupDirectory(_made[before + j], CGROUP_SUPER_MAGIC);
            CpusetController.Inherit(directories, mountPoint, isNew);
            for (int j = 0; j < directories.Length - 1; j++)
                directories[j].Dispose();
        }
        Existed |= !isNew && !IsPrepared;
        if (!isNew && !IsPrepared)
            CgroupTree.RefuseForeign(_directories[i]);
        if (CgroupHierarchy.Contains(path.Hierarchy, DevicesController.Name))
            _isNewDevices = isNew;
        if (CgroupHierarchy.Contains(path.Hierarchy, FreezerController.Name) && FreezerController.StopsWhoEnters(_directories[i]))
            throw CgroupFreeze.Refusal(path.Directory, FreezerController.IsFrozen(_directories[i]));
    }

    public void Apply(LinuxResources? resources)
    {
        RefuseUnified(resources);
        SetLimits(resources, setDevices: true);
    }

    public void Update(LinuxResources resources, IReadOnlyList<LinuxDeviceCgroup>? devices = null)
    {
        RefuseUnified(resources);
        var journal = new CgroupJournal();
        SetJournal(journal);
        try
        {
            SetLimits(resources, setDevices: false);
            if (resources.Devices is { Count: > 0 } rules)
                SetDevices(DeviceRules.From(rules), PresentDevices(devices));
        }
        catch (Exception e) when (e is ContainerException or LinuxException)
        {
            journal.Restore((file, error) => _warn($"put the old value of {file} back: {Errno.Text(error)}"));
            throw;
        }
        finally
        {
            SetJournal(null);
        }
    }

    /// <summary>In runc's order, which is also an order in which no value hinders a later one.</summary>
    private void SetLimits(LinuxResources? resources, bool setDevices)
    {
        try
        {
            if (CpusetController.IsSet(resources?.CPU))
                CpusetController.Set(Having(CpusetController.Name, "cpu.cpus"), resources!.CPU!);
            if (setDevices)
                SetDevices(DeviceRules.From(resources?.Devices), _isNewDevices ? null : PresentDevices(null));
            if (MemoryController.IsSet(resources?.Memory))
                MemoryController.Set(Having(MemoryController.Name, "memory"), resources!.Memory!, _warn);
            if (CpuController.IsSet(resources?.CPU))
                CpuController.Set(Having(CpuController.Name, "cpu"), resources!.CPU!);
            if (PidsController.IsSet(resources?.Pids))
                PidsController.Set(Having(PidsController.Name, "pids"), resources!.Pids!);
            if (BlkioController.IsSet(resources?.BlockIO))
                BlkioController.Set(Having(BlkioController.Name, "blockIO"), resources!.BlockIO!);
            if (resources?.HugepageLimits is { Count: > 0 } hugepages)
                HugetlbController.Set(HavingOnEither(HugetlbController.Name, "hugepageLimits", out bool unified), hugepages, unified ? "max" : "limit_in_bytes");
            if (resources?.Network is { ClassID: { } classID and not 0 })
                NetworkControllers.SetClass(Having(NetworkControllers.Class, "network.classID"), classID);
            if (resources?.Network is { Priorities: { Count: > 0 } priorities })
                NetworkControllers.SetPriorities(Having(NetworkControllers.Priority, "network.priorities"), priorities);
            if (resources?.Rdma is { Count: > 0 } rdma)
                RdmaController.Set(HavingOnEither(RdmaController.Name, "rdma", out _), rdma);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("set the container's limits", e);
        }
    }

    /// <summary>The list in force, as far as the kernel, or who set it, knows.</summary>
    private DeviceRules? PresentDevices(IReadOnlyList<LinuxDeviceCgroup>? devices) =>
        Find(DevicesController.Name) is { } directory ? DevicesController.Present(directory, devices is null ? null : DeviceRules.From(devices)) : null;

    private void SetDevices(DeviceRules rules, DeviceRules? present)
    {
        CgroupDirectory? directory = Find(DevicesController.Name);
        if (directory is null && (IsRootless || UserNamespace.IsNested))
            return;
        try
        {
            DevicesController.Set(directory ?? Having(DevicesController.Name, "devices"), rules, present);
        }
        catch (ContainerException e) when (e.Errno is Errno.EPERM or Errno.EACCES && (IsRootless || UserNamespace.IsNested))
        {
            // The device list belongs to the initial user namespace's administrator; what is in force stays.
        }
    }

    /// <summary>
    /// For what makes systemd write device lists: it empties a list before it fills it again, has no words for one that
    /// allows by default, and knows nothing of devices that others have added. Nobody runs meanwhile, and the list is the
    /// same afterwards.
    /// </summary>
    /// <param name="devices">The device list that was set last.</param>
    /// <param name="act">What is done.</param>
    public void KeepDevices(IReadOnlyList<LinuxDeviceCgroup>? devices, Action act)
    {
        DeviceRules? present = PresentDevices(devices);
        bool freeze = !IsFrozen;
        if (freeze)
            Freeze();
        try
        {
            act();
            if (present is not null)
                SetDevices(present, PresentDevices(null));
        }
        finally
        {
            if (freeze)
                Thaw();
        }
    }

    private static void RefuseUnified(LinuxResources? resources)
    {
        if (resources?.Unified is { Count: > 0 })
            throw new ContainerException("set linux.resources.unified: invalid configuration: cannot use unified on cgroup v1");
    }

    /// <summary>
    /// The controller's directory: v1's, or, on a hybrid host where v2 has it, v2's, after the cgroups above have
    /// been told to pass it on.
    /// </summary>
    private CgroupDirectory HavingOnEither(string controller, string property, out bool isUnified)
    {
        isUnified = false;
        if (Find(controller) is { } directory)
            return directory;
        if (Unified is not { } unified)
            return Having(controller, property);
        isUnified = true;
        if (ControllerTree.Has(unified.Read("cgroup.controllers"), controller))
            return unified;
        string? obstacle = ControllerTree.Enable(_paths[^1], "+" + controller);
        if (ControllerTree.Has(unified.Read("cgroup.controllers"), controller))
            return unified;
        throw new ContainerException(
            $"set linux.resources.{property}: cannot set {controller} limit: neither cgroup v1 nor v2 has the controller \"{controller}\" here", obstacle);
    }

    public void Join()
    {
        for (int i = 0; i < _directories.Count; i++)
        {
            if (_paths[i].Hierarchy.Length == 0)
                continue;
            try
            {
                using FileDescriptor tasks = _directories[i].OpenFile("tasks", O_WRONLY);
                int error = CgroupFile.Write(tasks, s_self);
                if (error != 0)
                    throw new LinuxException("write", error, _directories[i].Path + "/tasks");
            }
            catch (LinuxException e)
            {
                throw new ContainerException("join the container's cgroup", e);
            }
        }
    }

    public void Freeze()
    {
        try
        {
            FreezerController.Freeze(Freezer("freeze"));
        }
        catch (LinuxException e)
        {
            throw new ContainerException("freeze the container", e);
        }
    }

    public void Thaw()
    {
        if (Find(FreezerController.Name) is { } freezer && freezer.TryOpen(out _))
            FreezerController.Thaw(freezer);
    }

    public void LetEnd()
    {
        if (Find(FreezerController.Name) is { } freezer && freezer.TryOpen(out _))
            FreezerController.ThawAll(freezer);
    }

    public bool StopsWhoEnters => Find(FreezerController.Name) is { } freezer && FreezerController.StopsWhoEnters(freezer);

    public bool IsFrozen => Find(FreezerController.Name) is { } freezer && FreezerController.IsFrozen(freezer);

    private CgroupDirectory Freezer(string doing) => Find(FreezerController.Name)
        ?? throw new ContainerException($"{doing} the container: the host does not mount the cgroup v1 freezer");

    public void Processes(List<int> pids)
    {
        try
        {
            if (_directories.Count > 0)
                CgroupTree.Processes(Tracker, pids);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("list the container's processes", e);
        }
    }

    /// <summary>One hierarchy stands for all in the question who is in the cgroup: the one that can also stop them, if there is one.</summary>
    private CgroupDirectory Tracker => Find(FreezerController.Name) ?? Find(DevicesController.Name) ?? _directories[0];

    public void Signal(int signal)
    {
        if (_directories.Count == 0 || !(_isOwn || IsLoaded))
            return;
        CgroupDirectory? freezer = Find(FreezerController.Name);
        bool froze = false;
        bool sent = false;
        try
        {
            // No wait for the freeze to be complete: it is enough that new children do not get to run.
            sent = CgroupSignal.SendAll(this, signal, () =>
                froze = freezer is not null && !FreezerController.IsFrozen(freezer) && freezer.TryWrite("freezer.state", "FROZEN") == 0);
        }
        finally
        {
            // Frozen v1 tasks die only when they are thawed.
            if (sent && signal == SIGKILL && freezer is not null)
                FreezerController.ThawAll(freezer);
            else if (froze)
                _ = freezer!.TryWrite("freezer.state", "THAWED");
        }
    }

    public void Kill() => Signal(SIGKILL);

    public void Remove()
    {
        Dispose();
        try
        {
            // Also after a failed create: a directory that was there before is not this container's to remove.
            for (int i = 0; i < _paths.Count; i++)
                if (IsLoaded || IsPrepared || _made.Contains(_paths[i].Directory))
                    CgroupTree.Remove(_paths[i].Directory, _directories[i].Magic);
            // Parents that this process made; not when another container has moved in.
            for (int i = _made.Count - 1; i >= 0; i--)
                _ = unlinkat(AT_FDCWD, _made[i], AT_REMOVEDIR);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("remove the container's cgroup", e);
        }
    }

    public CgroupStatistics Statistics()
    {
        try
        {
            return V1Statistics.Read(Find);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("read the container's statistics", e);
        }
    }

    public ulong OomKills => Find(MemoryController.Name) is { } memory ? OomWatch.CountOf(memory) ?? 0 : 0;

    public OomWatch WatchOom()
    {
        try
        {
            return OomWatch.OnV1(Having(MemoryController.Name, "memory").Path);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("watch for out-of-memory events", e);
        }
    }

    /// <summary>v1 has no delegation that is safe (cgroups(7)): nothing to do.</summary>
    public void ChangeOwner(uint uid)
    {
    }

    public void Dispose()
    {
        for (int i = 0; i < _directories.Count; i++)
            _directories[i].Dispose();
    }

    private void SetJournal(CgroupJournal? journal)
    {
        for (int i = 0; i < _directories.Count; i++)
            _directories[i].Journal = journal;
    }

    private CgroupDirectory? Find(string controller)
    {
        for (int i = 0; i < _paths.Count; i++)
            if (CgroupHierarchy.Contains(_paths[i].Hierarchy, controller))
                return _directories[i];
        return null;
    }

    private CgroupDirectory Having(string controller, string property) => Find(controller)
        ?? throw new ContainerException(
            $"set linux.resources.{property}: cannot set {controller} limit: container could not join or create cgroup",
            $"the host does not mount the cgroup v1 controller \"{controller}\", or this user may not write to it");
}
