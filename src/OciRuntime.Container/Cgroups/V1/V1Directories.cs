using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.V2;
using OciRuntime.Container.Errors;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>
/// A container's directory in each v1 hierarchy and, last and on a hybrid host only, in that of v2, which tracks the
/// processes there.
/// </summary>
internal sealed class V1Directories : IDisposable
{
    private readonly List<CgroupPath> _paths;
    private readonly List<CgroupDirectory> _directories;

    /// <summary>The directories at <paramref name="paths"/>, which need not exist.</summary>
    public V1Directories(IReadOnlyList<CgroupPath> paths)
    {
        _paths = [.. paths];
        _directories = new List<CgroupDirectory>(paths.Count);
        for (int i = 0; i < paths.Count; i++)
            _directories.Add(new CgroupDirectory(paths[i].Directory, paths[i].Hierarchy.Length == 0 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC));
    }

    public IReadOnlyList<CgroupPath> Paths => _paths;

    /// <summary>One for each of <see cref="Paths"/>.</summary>
    public IReadOnlyList<CgroupDirectory> All => _directories;

    /// <summary>The one of v2; null on a host with v1 alone.</summary>
    public CgroupDirectory? Unified => _paths.Count > 0 && _paths[^1].Hierarchy.Length == 0 ? _directories[^1] : null;

    /// <summary>While set, every write first notes the value that it replaces.</summary>
    public CgroupJournal? Journal
    {
        set
        {
            foreach (CgroupDirectory directory in _directories)
                directory.Journal = value;
        }
    }

    /// <summary>Does without a hierarchy from now on.</summary>
    /// <param name="index">In <see cref="Paths"/>.</param>
    public void Drop(int index)
    {
        _directories[index].Dispose();
        _directories.RemoveAt(index);
        _paths.RemoveAt(index);
    }

    /// <summary>The directory in the v1 hierarchy that has <paramref name="controller"/>, or null.</summary>
    public CgroupDirectory? Find(string controller)
    {
        for (int i = 0; i < _paths.Count; i++)
            if (CgroupHierarchy.Contains(_paths[i].Hierarchy, controller))
                return _directories[i];
        return null;
    }

    /// <summary>As <see cref="Find"/>, for a limit that needs it.</summary>
    /// <param name="controller">The controller's name.</param>
    /// <param name="property">The limit's, below <c>linux.resources</c>.</param>
    /// <exception cref="ContainerException">There is none.</exception>
    public CgroupDirectory Having(string controller, string property) => Find(controller)
        ?? throw new ContainerException(
            $"set linux.resources.{property}: cannot set {controller} limit: container could not join or create cgroup",
            $"the host does not mount the cgroup v1 controller \"{controller}\", or this user may not write to it");

    /// <summary>
    /// As <see cref="Having"/>, or, on a hybrid host where v2 has the controller, v2's, after the cgroups above have
    /// been told to pass it on.
    /// </summary>
    public CgroupDirectory HavingOnEither(string controller, string property, out bool isUnified)
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

    public void Dispose()
    {
        foreach (CgroupDirectory directory in _directories)
            directory.Dispose();
    }
}
