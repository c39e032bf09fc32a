using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.Systemd;

/// <summary>
/// A container's cgroup that systemd has made as a transient scope and has delegated: systemd knows the limits that it
/// has properties for, and everything else is done in the cgroup's files as without it.
/// </summary>
/// <param name="inner">The scope's directories.</param>
/// <param name="unit">The scope's name.</param>
/// <param name="isUser">Whether the manager is that of a user's session.</param>
/// <param name="warn">Receives warnings, one line each.</param>
/// <param name="manager">The manager, if it is connected already.</param>
internal sealed class SystemdCgroup(ICgroup inner, string unit, bool isUser, Action<string> warn, SystemdManager? manager = null) : ICgroup
{
    private static readonly (string Controller, string File)[] s_rounded = [("cpu", "cpu.max"), ("io", "io.bfq.weight")];
    private static readonly (string Controller, string File)[] s_roundedV1 = [("cpu", "cpu.cfs_quota_us"), ("cpu", "cpu.cfs_period_us"), ("blkio", "blkio.bfq.weight")];

    private SystemdManager? _manager = manager;
    private IdleChild? _placeholder;
    private LinuxResources? _resources;
    private long? _pidsLimit;

    /// <summary>Whether the unit is this container's: not when one of that name was there before.</summary>
    private bool _isOwn;

    /// <summary>The properties of the scope but for its limits; null for a container that exists.</summary>
    public List<SystemdProperty>? Creation { get; init; }

    /// <summary>The limits of a new container: they are part of the scope from its first moment.</summary>
    public LinuxResources Resources
    {
        init => _resources = value;
    }

    /// <summary>Where the unit's cgroup ends and a further process's own begins; empty, or with a first slash.</summary>
    public string InnerPath { get; init; } = "";

    public bool IsUser => isUser;

    public string Unit => unit;

    public IReadOnlyList<CgroupPath> Paths => inner.Paths;

    public bool Existed => false;

    public void CreateBirthplace() => Create();

    public void Create()
    {
        if (_isOwn)
            return;
        List<SystemdProperty> properties = [.. Creation ?? throw new InvalidOperationException("a container that exists is not created")];
        _resources = WithRoomForTwo(ResourceProperties.InWholePercents(_resources ?? new()));
        List<SystemdProperty> limits = Convert(_resources, setDevices: true);
        if (ResourceProperties.OutOfMemoryPolicy(_resources, () => Manager.Version) is { } policy)
            limits.Add(policy);
        try
        {
            _placeholder = new IdleChild();
        }
        catch (LinuxException e)
        {
            throw new ContainerException("make the first process of the systemd unit " + unit, e);
        }
        properties.Add(new SystemdProperty("PIDs", new DBusValue("au", new List<object> { (uint)_placeholder.Pid })));
        // An annotation wins over what is derived from the config, as in runc.
        properties.InsertRange(properties.FindIndex(property => property.Name == "DefaultDependencies") + 1, limits);
        Manager.StartTransientUnit(unit, properties);
        _isOwn = true;
        inner.Create();
    }

    public void Apply(LinuxResources? resources) => inner.Apply(_resources ?? resources);

    /// <summary>
    /// systemd first: it writes all files of a controller again, also those that it has no property for. When the
    /// kernel then refuses a value, systemd is told the old ones.
    /// </summary>
    public void Update(LinuxResources resources, IReadOnlyList<LinuxDeviceCgroup>? devices = null)
    {
        resources = ResourceProperties.InWholePercents(resources);
        List<SystemdProperty> properties = Convert(resources, setDevices: resources.Devices is { Count: > 0 });
        if (properties.Count == 0)
        {
            inner.Update(resources, devices);
            return;
        }
        // systemd does not ask how much is in use.
        (inner as V2.V2Cgroup)?.CheckMemory(resources.Memory);
        List<SystemdProperty> old = Manager.ReadScopeProperties(unit, properties);
        CgroupJournal exact = NoteExact();
        SetProperties(properties, exact, devices);
        try
        {
            inner.Update(resources, devices);
        }
        catch (ContainerException)
        {
            SetProperties(old, exact, devices);
            throw;
        }
    }

    /// <summary>
    /// Whatever property it is told, systemd may write the files of others again, among them those of which it keeps a
    /// rounded value: a quota in whole percents, which unified or somebody else may have set more exactly, and BFQ's
    /// weights in a range of its own.
    /// </summary>
    private CgroupJournal NoteExact()
    {
        var journal = new CgroupJournal();
        for (int i = 0; i < Directories.Count; i++)
            foreach ((string controller, string file) in IsUnified ? s_rounded : s_roundedV1)
                // The first line is the cgroup's own, others are of single devices.
                if ((IsUnified || CgroupHierarchy.Contains(Paths[i].Hierarchy, controller)) && Directories[i].TryRead(file, out _) is { } content)
                    journal.Note(Directories[i], file, content.Split('\n')[0]);
        return journal;
    }

    /// <summary>Tells systemd, and puts back what is none of its business.</summary>
    private void SetProperties(List<SystemdProperty> properties, CgroupJournal exact, IReadOnlyList<LinuxDeviceCgroup>? devices)
    {
        if (inner is V1.V1Cgroup v1)
            v1.KeepDevices(devices, Set);
        else
            Set();

        void Set()
        {
            Manager.SetUnitProperties(unit, properties);
            exact.Restore(warn);
        }
    }

    /// <summary>A user's cgroups are below those of root, so that only systemd can move a process from one to another.</summary>
    public FileDescriptor CloneInto => isUser ? FileDescriptor.None : inner.CloneInto;

    public void Join() => inner.Join();

    public void Enter(int pid)
    {
        if (isUser)
            Manager.AttachProcess(unit, InnerPath.Length == 0 ? "/" : InnerPath, pid);
        if (_placeholder is null)
            return;
        // On v1 the init joins by itself, and reports what stands in its way, but later: the scope must not be empty
        // in between.
        for (int i = 0; i < Paths.Count; i++)
            if (Paths[i].Hierarchy.Length > 0)
                _ = Directories[i].TryWrite("cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
        _placeholder.Dispose();
        _placeholder = null;
        if (_pidsLimit is { } limit)
            Update(new LinuxResources { Pids = new LinuxPids { Limit = limit } }, _resources?.Devices);
        // The manager tells of all its jobs, and a runtime that stays with its container would not listen.
        _manager?.Dispose();
        _manager = null;
    }

    public void Freeze() => inner.Freeze();

    public void Thaw() => inner.Thaw();

    public void LetEnd() => inner.LetEnd();

    public bool StopsWhoEnters => inner.StopsWhoEnters;

    public bool IsFrozen => inner.IsFrozen;

    public void Processes(List<int> pids) => inner.Processes(pids);

    public void Signal(int signal) => inner.Signal(signal);

    public void Kill() => inner.Kill();

    /// <summary>systemd removes what it has made; the rest, and everything when systemd is gone, is removed here.</summary>
    public void Remove()
    {
        _placeholder?.Dispose();
        _placeholder = null;
        if (!_isOwn && Creation is not null)
            return;
        try
        {
            Manager.StopUnit(unit);
            Manager.ResetFailedUnit(unit);
        }
        catch (ContainerException e)
        {
            warn(e.Message);
        }
        inner.Remove();
    }

    public CgroupStatistics Statistics() => inner.Statistics();

    public ulong OomKills => inner.OomKills;

    public OomWatch WatchOom() => inner.WatchOom();

    public void ChangeOwner(uint uid) => inner.ChangeOwner(uid);

    public void Dispose()
    {
        _placeholder?.Dispose();
        _placeholder = null;
        _manager?.Dispose();
        _manager = null;
        inner.Dispose();
    }

    private SystemdManager Manager => _manager ??= SystemdManager.Connect(isUser);

    private bool IsUnified => inner is V2.V2Cgroup;

    private IReadOnlyList<CgroupDirectory> Directories => inner is V2.V2Cgroup v2 ? v2.Directories : ((V1.V1Cgroup)inner).Directories;

    /// <summary>A user's systemd may not load a device program.</summary>
    private List<SystemdProperty> Convert(LinuxResources resources, bool setDevices) =>
        new ResourceProperties(IsUnified, () => Manager.Version).Convert(resources, setDevices && !isUser);

    /// <summary>The placeholder is a task too: a limit of one, which would keep the init out, is set after it has gone.</summary>
    private LinuxResources WithRoomForTwo(LinuxResources resources)
    {
        const string file = "pids.max";
        long? limit = resources.Pids?.Limit;
        // It wins.
        if (resources.Unified?.TryGetValue(file, out string? text) is true)
            limit = long.TryParse(text, out long number) ? number : null;
        if (limit is not (0 or 1))
            return resources;
        _pidsLimit = limit;
        var unified = new Dictionary<string, string>(resources.Unified ?? new Dictionary<string, string>());
        unified.Remove(file);
        return resources with { Pids = new LinuxPids { Limit = 2 }, Unified = unified };
    }
}
