using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>Turns the entries of <c>mounts</c> into steps.</summary>
internal sealed class MountPlanner : IDisposable
{
    /// <summary>
    /// File systems whose superblock is shared by mounts of different containers, or that have none to protect: here
    /// <c>ro</c> is the mount's alone.
    /// </summary>
    private static readonly string[] s_pseudoFileSystems =
        ["proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2", "devtmpfs", "securityfs", "debugfs", "tracefs", "bpf"];

    private readonly string _bundle;
    private readonly RootfsPlan _plan;
    private readonly RootfsPlanOptions _options;
    private readonly string? _label;
    private readonly Spec.Linux? _linux;
    private readonly IdMapNamespaces _idMaps = new();
    private bool _copiesEarly;

    /// <param name="bundle">Absolute path; relative sources of bind mounts count from it.</param>
    /// <param name="plan">The plan that the steps are for.</param>
    /// <param name="options">The rest.</param>
    /// <param name="label">SELinux label of new mounts; null without SELinux.</param>
    /// <param name="linux">For its user namespace, whose maps an id-mapped mount can have.</param>
    public MountPlanner(string bundle, RootfsPlan plan, RootfsPlanOptions options, string? label, Spec.Linux? linux)
    {
        _linux = linux;
        _bundle = bundle;
        _plan = plan;
        _copiesEarly = plan.CopiesSourcesEarly;
        _options = options;
        _label = label;
    }

    /// <exception cref="ContainerException">The entry cannot be carried out.</exception>
    public MountStep Build(Mount mount, int index)
    {
        if (!mount.Destination.StartsWith('/'))
            _options.Warn($"mounts[{index}].destination: \"{mount.Destination}\" is not absolute and counts from /; this is deprecated");
        string destination = LexicalPath.Clean(mount.Destination);
        ParsedMountOptions options = ParsedMountOptions.Parse(mount.Options);
        if (destination == "/")
            throw new ContainerException($"mounts[{index}].destination: nothing can be mounted on / itself; set root.path instead");
        if (options.HasParameter("idmap") || options.HasParameter("ridmap"))
            throw new ContainerException($"mounts[{index}].options: idmap takes no value: use uidMappings and gidMappings");
        bool idMapped = IsIdMapped(mount, options);
        if (idMapped && (!options.Bind || options.Remount))
            throw new ContainerException($"mounts[{index}]: only a bind mount can be id-mapped");
        if (options.CopyUp && (mount.Type != "tmpfs" || options.Bind || options.Remount))
            throw new ContainerException($"mounts[{index}].options: \"tmpcopyup\" needs \"type\": \"tmpfs\"");

        string type = options.Bind ? "bind" : mount.Type ?? "";
        if (type.Length == 0)
            throw new ContainerException($"mounts[{index}].type is missing, and the options have neither \"bind\" nor \"rbind\"");
        if (options.Remount)
            return BuildRemount(mount, index, destination, type, options);
        MountStep step = options.Bind ? BuildBind(mount, index, destination, options) : BuildFileSystem(mount, index, destination, type, options);
        ProcGuard.Check(step, type);
        return step;
    }

    /// <summary>Closes the namespaces of id-mapped mounts, which the mounts do not need any more.</summary>
    public void Dispose() => _idMaps.Dispose();

    private BindMount BuildBind(Mount mount, int index, string destination, ParsedMountOptions options)
    {
        if (string.IsNullOrEmpty(mount.Source))
            throw new ContainerException($"mounts[{index}].source is missing, and a bind mount needs one");
        CheckBindOptions(options, index);
        MountPoint point = new(index, LexicalPath.Absolute(mount.Source, _bundle), destination, destination);
        FileDescriptor idMap = IsIdMapped(mount, options) ? IdMapOf(mount, index) : FileDescriptor.None;
        BindMount bind = new(point, options, _plan.BindPropagation, keepFlags: _plan.HasUserNamespace, idMap);
        try
        {
            // Only root of the user namespace that owns the file system may map its ids, which the container's is not.
            if (!idMap.IsOpen)
                _copiesEarly = _copiesEarly && bind.TryOpenSource();
            else if (!bind.TryOpenSource())
                throw new LinuxException("open_tree", Errno.EPERM, point.Source);
        }
        catch (LinuxException e)
        {
            bind.Close();
            throw new ContainerException(bind.Description, e, bind.Remedy(e));
        }
        return bind;
    }

    internal static bool IsIdMapped(Mount mount, ParsedMountOptions options) =>
        options.IdMap || mount.UIDMappings is { Count: > 0 } || mount.GIDMappings is { Count: > 0 };

    /// <summary>The mount's own maps, or those of the container's user namespace.</summary>
    private FileDescriptor IdMapOf(Mount mount, int index)
    {
        if (mount.UIDMappings is { Count: > 0 })
            return _idMaps.Get(mount.UIDMappings, mount.GIDMappings, $"mounts[{index}]");
        if (_linux?.FindNamespace("user") is { Path: { Length: > 0 } path })
            return _idMaps.Open(path);
        return _idMaps.Get(_linux?.UIDMappings, _linux?.GIDMappings, "linux");
    }

    private MountStep BuildFileSystem(Mount mount, int index, string destination, string type, ParsedMountOptions options)
    {
        MountPoint point = new(index, string.IsNullOrEmpty(mount.Source) ? type : mount.Source, destination, destination);
        if (type is "cgroup" or "cgroup2")
        {
            CgroupLayout layout = CgroupLayout.Current;
            if (layout.Mode != CgroupMode.Unified && type == "cgroup")
            {
                if (options.Parameters.Count > 0)
                    throw new ContainerException($"mounts[{index}].options: \"{options.Parameters[0]}\" is not an option of a view of the v1 cgroup hierarchies");
                return new CgroupMount(point, options, Parameters("tmpfs", "tmpfs", null, [new("mode", "755")]), CgroupView.Of(layout, _options.CgroupPaths));
            }
            if (layout.Unified is { } unified)
                return new Cgroup2Mount(point, options, Parameters("cgroup2", point.Source, options), unified.MountPoint, OwnCgroup());
        }
        bool sealedLater = options.IsReadonly && (type == "tmpfs" || destination == "/dev");
        if (options.NeedsMountCall)
            return new MountCall(point, options, type, MountCallData(type, options)) { IsSealedLater = sealedLater };
        FileSystemParameter[] parameters = Parameters(type, point.Source, options);
        return type switch
        {
            "tmpfs" => new TmpfsMount(point, options, parameters) { IsSealedLater = sealedLater },
            "sysfs" => new SysfsMount(point, options, parameters),
            _ => new FileSystemMount(point, options, type, parameters)
            {
                IsSealedLater = sealedLater,
                RootLabel = type == "mqueue" ? _label : null,
            },
        };
    }

    private Remount BuildRemount(Mount mount, int index, string destination, string type, ParsedMountOptions options)
    {
        MountPoint point = new(index, mount.Source ?? type, destination, destination);
        if (options.Bind)
            CheckBindOptions(options, index);
        return new Remount(point, options, type, Parameters(type, null, options));
    }

    private string? OwnCgroup()
    {
        for (int i = 0; i < _options.CgroupPaths.Count; i++)
        {
            if (_options.CgroupPaths[i].Hierarchy.Length == 0)
                return _options.CgroupPaths[i].Directory;
        }
        return null;
    }

    private FileSystemParameter[] Parameters(string type, string? source, ParsedMountOptions? options, FileSystemParameter[]? more = null)
    {
        List<FileSystemParameter> parameters = new(8);
        if (source is not null)
            parameters.Add(new FileSystemParameter("source", source));
        if (options is not null)
        {
            if (options.IsReadonly && Array.IndexOf(s_pseudoFileSystems, type) < 0)
                parameters.Add(new FileSystemParameter("ro"));
            options.AppendSuperBlockFlags(parameters);
            parameters.AddRange(options.Parameters);
        }
        if (_label is not null && TakesContext(type))
            parameters.Add(new FileSystemParameter("context", _label));
        parameters.AddRange(more ?? []);
        return [.. parameters];
    }

    private string MountCallData(string type, ParsedMountOptions options)
    {
        List<string> data = [];
        for (int i = 0; i < options.Parameters.Count; i++)
            data.Add(options.Parameters[i].ToString());
        if (_label is not null && TakesContext(type))
            data.Add($"context=\"{_label}\"");
        return string.Join(',', data);
    }

    private static bool TakesContext(string type) => type is not ("proc" or "sysfs" or "mqueue" or "cgroup" or "cgroup2");

    /// <summary>
    /// mount(2) ignores the data of a bind mount, so configs that carry a <c>mode=</c> or <c>size=</c> work everywhere.
    /// A bare word that nobody knows is more likely a flag misspelt, which must not be lost.
    /// </summary>
    private void CheckBindOptions(ParsedMountOptions options, int index)
    {
        foreach (FileSystemParameter parameter in options.Parameters)
        {
            if (!parameter.HasValue)
                throw new ContainerException($"mounts[{index}].options: \"{parameter}\" is not an option of a bind mount");
        }
        if (options.SuperBlock != 0 || options.Parameters.Count > 0)
            _options.Warn($"mounts[{index}].options: options of a file system have no effect on a bind mount");
    }
}
