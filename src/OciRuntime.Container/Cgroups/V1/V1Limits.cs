using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary><c>linux.resources</c> in a container's v1 directories.</summary>
/// <param name="directories">The directories.</param>
/// <param name="isRootless">Whether errors of the device list are ignored, because an unprivileged user cannot have one.</param>
/// <param name="warn">Receives warnings, one line each.</param>
internal sealed class V1Limits(V1Directories directories, bool isRootless, Action<string> warn)
{
    private bool CanLackDevices => isRootless || UserNamespace.IsNested;

    /// <summary>Sets the limits of a new container, and its device list.</summary>
    /// <param name="resources">The limits.</param>
    /// <param name="hasNewDevices">Whether the cgroup of the device list is new, so that nobody has changed what it starts with.</param>
    public void Apply(LinuxResources? resources, bool hasNewDevices)
    {
        RefuseUnified(resources);
        Set(resources, () => SetDevices(DeviceRules.From(resources?.Devices), hasNewDevices ? null : PresentDevices(null)));
    }

    /// <inheritdoc cref="ICgroup.Update"/>
    public void Update(LinuxResources resources, IReadOnlyList<LinuxDeviceCgroup>? devices)
    {
        RefuseUnified(resources);
        var journal = new CgroupJournal();
        directories.Journal = journal;
        try
        {
            Set(resources, null);
            if (resources.Devices is { Count: > 0 } rules)
                SetDevices(DeviceRules.From(rules), PresentDevices(devices));
        }
        catch (Exception e) when (e is ContainerException or LinuxException)
        {
            journal.Restore(warn);
            throw;
        }
        finally
        {
            directories.Journal = null;
        }
    }

    /// <summary>Puts the device list back that an act of somebody else takes away.</summary>
    /// <param name="devices">The device list that was set last.</param>
    /// <param name="act">What is done.</param>
    public void KeepDevices(IReadOnlyList<LinuxDeviceCgroup>? devices, Action act)
    {
        DeviceRules? present = PresentDevices(devices);
        act();
        if (present is not null)
            SetDevices(present, PresentDevices(null));
    }

    private static void RefuseUnified(LinuxResources? resources)
    {
        if (resources?.Unified is { Count: > 0 })
            throw new ContainerException("set linux.resources.unified: invalid configuration: cannot use unified on cgroup v1");
    }

    /// <summary>In runc's order, which is also an order in which no value hinders a later one.</summary>
    private void Set(LinuxResources? resources, Action? setDevices)
    {
        try
        {
            if (CpusetController.IsSet(resources?.CPU))
                CpusetController.Set(directories.Having(CpusetController.Name, "cpu.cpus"), resources!.CPU!);
            setDevices?.Invoke();
            if (MemoryController.IsSet(resources?.Memory))
                MemoryController.Set(directories.Having(MemoryController.Name, "memory"), resources!.Memory!, warn);
            if (CpuController.IsSet(resources?.CPU))
                CpuController.Set(directories.Having(CpuController.Name, "cpu"), resources!.CPU!);
            if (PidsController.IsSet(resources?.Pids))
                PidsController.Set(directories.Having(PidsController.Name, "pids"), resources!.Pids!);
            if (BlkioController.IsSet(resources?.BlockIO))
                BlkioController.Set(directories.Having(BlkioController.Name, "blockIO"), resources!.BlockIO!);
            if (resources?.HugepageLimits is { Count: > 0 } hugepages)
                HugetlbController.Set(directories.HavingOnEither(HugetlbController.Name, "hugepageLimits", out bool unified), hugepages, unified ? "max" : "limit_in_bytes");
            if (resources?.Network is { ClassID: { } classID and not 0 })
                NetworkControllers.SetClass(directories.Having(NetworkControllers.Class, "network.classID"), classID);
            if (resources?.Network is { Priorities: { Count: > 0 } priorities })
                NetworkControllers.SetPriorities(directories.Having(NetworkControllers.Priority, "network.priorities"), priorities);
            if (resources?.Rdma is { Count: > 0 } rdma)
                RdmaController.Set(directories.HavingOnEither(RdmaController.Name, "rdma", out _), rdma);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("set the container's limits", e);
        }
    }

    /// <summary>The list in force, as far as the kernel, or who set it, knows.</summary>
    private DeviceRules? PresentDevices(IReadOnlyList<LinuxDeviceCgroup>? devices) =>
        directories.Find(DevicesController.Name) is { } directory ? DevicesController.Present(directory, devices is null ? null : DeviceRules.From(devices)) : null;

    private void SetDevices(DeviceRules rules, DeviceRules? present)
    {
        CgroupDirectory? directory = directories.Find(DevicesController.Name);
        if (directory is null && CanLackDevices)
            return;
        try
        {
            DevicesController.Set(directory ?? directories.Having(DevicesController.Name, "devices"), rules, present);
        }
        catch (ContainerException e) when (e.Errno is Errno.EPERM or Errno.EACCES && CanLackDevices)
        {
            // The device list belongs to the initial user namespace's administrator; what is in force stays.
        }
    }
}
