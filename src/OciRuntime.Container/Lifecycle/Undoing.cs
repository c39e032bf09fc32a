using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Container.Namespaces;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// Takes back what a failed command has made, in its order: each step is tried whatever became of the one before. What
/// cannot be undone is a warning, since the caller has an error to report.
/// </summary>
internal sealed class Undoing(Action<string> warn)
{
    private bool _complete = true;

    public void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e) when (e is ContainerException or LinuxException)
        {
            _complete = false;
            warn($"clean up after a failure: {e.Message}");
        }
    }

    /// <summary>Of a container that is on record: before, nothing of it can have been made.</summary>
    public void RemoveGroups(ICgroup? cgroup, ResctrlGroup? resctrl)
    {
        Attempt(() => cgroup?.Kill());
        Attempt(() => cgroup?.Remove());
        Attempt(() => resctrl?.Undo());
    }

    /// <summary>
    /// Those that the container has been given, once nobody is left who could put another device in the place of one: in
    /// a network namespace that was joined, never.
    /// </summary>
    public void ReturnNetDevices(NetDevices? devices, NamespacePlan? namespaces)
    {
        if (devices is null || namespaces is null)
            return;
        if ((namespaces.New & CLONE_NEWNET) != 0)
            devices.TakeBack(this);
        else
            devices.Leave(warn);
    }

    /// <summary>The last step. After one that failed the record stays, so that <c>delete --force</c> can try again.</summary>
    public void RemoveRecord(ContainerDirectory? directory, string id)
    {
        if (_complete)
            Attempt(() => directory?.Remove());
        else
            warn($"something of container {id} is left: run delete --force {id}");
    }
}
