using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Statistics;
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

    private readonly V1Directories _directories;
    private readonly V1Limits _limits;
    private readonly bool _isRootless;

    /// <summary>Directories that <see cref="Create"/> made, parents first.</summary>
    private readonly List<string> _made = [];

    /// <summary>How many of <see cref="Paths"/> are still to be made: the last one, which is v2's if there is one, comes first.</summary>
    private int _left;

    private bool _hasNewDevices;

    /// <summary>A cgroup at <paramref name="paths"/>, which need not exist.</summary>
    /// <param name="paths">The places in the hierarchies, v2's last.</param>
    /// <param name="warn">Receives warnings, one line each.</param>
    /// <param name="isRootless">Whether errors of the device list are ignored, because an unprivileged user cannot have one.</param>
    public V1Cgroup(IReadOnlyList<CgroupPath> paths, Action<string> warn, bool isRootless = false)
    {
        _directories = new V1Directories(paths);
        _limits = new V1Limits(_directories, isRootless, warn);
        _isRootless = isRootless;
        _left = paths.Count;
    }

    /// <summary>Whether a hierarchy that a user without privileges may not write is left out instead of being an error.</summary>
    public bool DropsForbidden { get; init; }

    /// <summary>Whether the container exists, so that all that is in the cgroup is its own.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>Whether systemd has made the cgroup for the container, in the hierarchies that it uses and with a process in it.</summary>
    public bool IsPrepared { get; init; }

    public bool Existed { get; private set; }

    public IReadOnlyList<CgroupPath> Paths => _directories.Paths;

    /// <summary>One for each of <see cref="Paths"/>.</summary>
    public IReadOnlyList<CgroupDirectory> Directories => _directories.All;

    public FileDescriptor CloneInto
    {
        get
        {
            try
            {
                return _directories.Unified?.Descriptor ?? FileDescriptor.None;
            }
            catch (LinuxException e)
            {
                throw new ContainerException("join the container's cgroup", e);
            }
        }
    }

    /// <summary>On a hybrid host the directory of v2. All, where some may be left out: the process has to know which.</summary>
    public void CreateBirthplace() => CreateDownTo(CanDrop ? 0 : Paths.Count - (_directories.Unified is null ? 0 : 1));

    public void Create() => CreateDownTo(0);

    private bool CanDrop => DropsForbidden && (_isRootless || UserNamespace.IsNested);

    private void CreateDownTo(int first)
    {
        for (; _left > first; _left--)
        {
            int index = _left - 1;
            try
            {
                Create(Paths[index], Directories[index]);
            }
            catch (LinuxException e) when (e.Errno is Errno.EACCES or Errno.EPERM or Errno.EROFS && CanDrop)
            {
                _directories.Drop(index);
            }
            catch (LinuxException e)
            {
                throw new ContainerException("create the container's cgroup", e);
            }
        }
    }

    private void Create(CgroupPath path, CgroupDirectory directory)
    {
        string mountPoint = path.Directory[..^path.Path.Length];
        int before = _made.Count;
        bool isNew = CgroupTree.Make(path.Directory, mountPoint, _made);
        if (CgroupHierarchy.Contains(path.Hierarchy, CpusetController.Name))
        {
            var directories = new CgroupDirectory[isNew ? _made.Count - before : 1];
            directories[^1] = directory;
            for (int j = 0; j < directories.Length - 1; j++)
                directories[j] = new CgroupDirectory(_made[before + j], CGROUP_SUPER_MAGIC);
            CpusetController.Inherit(directories, mountPoint, isNew);
            for (int j = 0; j < directories.Length - 1; j++)
                directories[j].Dispose();
        }
        if (!isNew && !IsPrepared)
        {
            Existed = true;
            CgroupTree.RefuseForeign(directory);
        }
        if (CgroupHierarchy.Contains(path.Hierarchy, DevicesController.Name))
            _hasNewDevices = isNew;
        if (CgroupHierarchy.Contains(path.Hierarchy, FreezerController.Name) && FreezerController.StopsWhoEnters(directory))
            throw CgroupFreeze.Refusal(path.Directory, FreezerController.IsFrozen(directory));
    }

    public void Apply(LinuxResources? resources) => _limits.Apply(resources, _hasNewDevices);

    public void Update(LinuxResources resources, IReadOnlyList<LinuxDeviceCgroup>? devices = null) => _limits.Update(resources, devices);

    /// <summary>
    /// For what makes systemd write device lists: it empties a list before it fills it again, has no words for one that
    /// allows by default, and knows nothing of devices that others have added. Nobody runs meanwhile, and the list is the
    /// same afterwards.
    /// </summary>
    /// <param name="devices">The device list that was set last.</param>
    /// <param name="act">What is done.</param>
    public void KeepDevices(IReadOnlyList<LinuxDeviceCgroup>? devices, Action act)
    {
        bool freeze = !IsFrozen;
        if (freeze)
            Freeze();
        try
        {
            _limits.KeepDevices(devices, act);
        }
        finally
        {
            if (freeze)
                Thaw();
        }
    }

    public void Join()
    {
        foreach (CgroupDirectory directory in Directories)
        {
            if (directory == _directories.Unified)
                continue;
            try
            {
                using FileDescriptor tasks = directory.OpenFile("tasks", O_WRONLY);
                int error = CgroupFile.Write(tasks, s_self);
                if (error != 0)
                    throw new LinuxException("write", error, directory.Path + "/tasks");
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
            FreezerController.Freeze(Freezer ?? throw new ContainerException("freeze the container: the host does not mount the cgroup v1 freezer"));
        }
        catch (LinuxException e)
        {
            throw new ContainerException("freeze the container", e);
        }
    }

    public void Thaw()
    {
        if (Freezer is { } freezer && freezer.TryOpen(out _))
            FreezerController.Thaw(freezer);
    }

    public void LetEnd()
    {
        if (Freezer is { } freezer && freezer.TryOpen(out _))
            FreezerController.ThawAll(freezer);
    }

    public bool StopsWhoEnters => Freezer is { } freezer && FreezerController.StopsWhoEnters(freezer);

    public bool IsFrozen => Freezer is { } freezer && FreezerController.IsFrozen(freezer);

    private CgroupDirectory? Freezer => _directories.Find(FreezerController.Name);

    public void Processes(List<int> pids)
    {
        try
        {
            if (Paths.Count > 0)
                CgroupTree.Processes(Tracker, pids);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("list the container's processes", e);
        }
    }

    /// <summary>One hierarchy stands for all in the question who is in the cgroup: the one that can also stop them, if there is one.</summary>
    private CgroupDirectory Tracker => Freezer ?? _directories.Find(DevicesController.Name) ?? Directories[0];

    public void Signal(int signal)
    {
        // What is in a cgroup that is not made yet is not the container's.
        if (Paths.Count == 0 || (_left > 0 && !IsLoaded))
            return;
        bool froze = false;
        bool sent = false;
        try
        {
            // No wait for the freeze to be complete: it is enough that new children do not get to run.
            sent = CgroupSignal.SendAll(this, signal, () =>
                froze = Freezer is { } freezer && !FreezerController.IsFrozen(freezer) && freezer.TryWrite("freezer.state", "FROZEN") == 0);
        }
        finally
        {
            // Frozen v1 tasks die only when they are thawed.
            if (sent && signal == SIGKILL)
                LetEnd();
            else if (froze)
                _ = Freezer!.TryWrite("freezer.state", "THAWED");
        }
    }

    public void Kill() => Signal(SIGKILL);

    public void Remove()
    {
        Dispose();
        try
        {
            // Also after a failed create: a directory that was there before is not this container's to remove. (List.Contains
            // would cost every start, as List.Sort does.)
            foreach (CgroupDirectory directory in Directories)
                if (IsLoaded || IsPrepared || _made.Exists(path => path == directory.Path))
                    CgroupTree.Remove(directory.Path, directory.Magic);
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
            return V1Statistics.Read(_directories.Find);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("read the container's statistics", e);
        }
    }

    public ulong OomKills => _directories.Find(MemoryController.Name) is { } memory ? OomWatch.CountOf(memory) ?? 0 : 0;

    public OomWatch WatchOom()
    {
        try
        {
            return OomWatch.OnV1(_directories.Having(MemoryController.Name, "memory").Path);
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

    public void Dispose() => _directories.Dispose();
}
