using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IntelRdt;

/// <summary>
/// <c>linux.intelRdt</c>: the class of service of a container, which is a directory of resctrl, and the monitoring group
/// in it.
/// </summary>
internal sealed class ResctrlGroup
{
    private const string Property = "linux.intelRdt";

    private readonly string _mountPoint;
    private readonly LinuxIntelRdt _config;
    private readonly List<(string Property, string Line)> _schemata = [];
    private bool _madeDirectory;
    private bool _madeMonitoringDirectory;

    private ResctrlGroup(string mountPoint, LinuxIntelRdt config, string id)
    {
        _mountPoint = mountPoint;
        _config = config;
        string closID = string.IsNullOrEmpty(config.ClosID) ? id : config.ClosID;
        Directory = closID == "/" ? mountPoint : $"{mountPoint}/{closID}";
        MonitoringDirectory = config.EnableMonitoring ? $"{Directory}/mon_groups/{id}" : null;
        Existed = faccessat(AT_FDCWD, Directory, F_OK, 0) == 0;
        Lasts = Existed || !string.IsNullOrEmpty(config.ClosID);
        // The order is the specification's.
        if (config.L3CacheSchema is { Length: > 0 } l3)
            _schemata.Add((Property + ".l3CacheSchema", l3));
        if (config.MemBwSchema is { Length: > 0 } mb)
            _schemata.Add((Property + ".memBwSchema", mb));
        for (int i = 0; i < (config.Schemata?.Count ?? 0); i++)
            _schemata.Add(($"{Property}.schemata[{i}]", config.Schemata![i]));
    }

    /// <summary>The class's directory.</summary>
    public string Directory { get; }

    /// <summary>The monitoring group's directory; null without monitoring.</summary>
    public string? MonitoringDirectory { get; }

    /// <summary>Whether the class stays when the container is deleted: it is shared, or was there before.</summary>
    public bool Lasts { get; }

    private bool Existed { get; }

    /// <summary>Finds resctrl and looks whether the config fits what is there.</summary>
    /// <param name="config">The config's; null: resctrl is not even looked for.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="mountPoint">Of resctrl; null: where it is mounted.</param>
    /// <returns>Null without a config.</returns>
    /// <exception cref="ContainerException">resctrl is not mounted; the class must exist and does not, or has other schemata.</exception>
    public static ResctrlGroup? ForNew(LinuxIntelRdt? config, string id, string? mountPoint = null)
    {
        if (config is null)
            return null;
        ResctrlGroup group = new(mountPoint ?? Resctrl.MountPoint(), config, id);
        group.Verify();
        return group;
    }

    /// <summary>Makes what is missing, and writes the schemata.</summary>
    public void Create()
    {
        if (!Existed)
        {
            Make(Directory, Property + ".closID");
            _madeDirectory = true;
        }

        if (_schemata.Count > 0)
            WriteSchemata(_mountPoint, Directory, _schemata);
        if (MonitoringDirectory is null)
            return;
        Make(MonitoringDirectory, Property + ".enableMonitoring");
        _madeMonitoringDirectory = true;
    }

    /// <summary>A process becomes a member; its children will be, too.</summary>
    /// <param name="directory">The class.</param>
    /// <param name="monitoringDirectory">The monitoring group, if there is one.</param>
    /// <param name="pid">The process, in the caller's PID namespace.</param>
    public static void Join(string directory, string? monitoringDirectory, int pid)
    {
        // In this order: a monitoring group takes members of its class only.
        foreach (string? group in (ReadOnlySpan<string?>)[directory, monitoringDirectory])
        {
            if (group is null)
                continue;
            try
            {
                using FileDescriptor tasks = Open(group + "/tasks", O_APPEND);
                FileContent.WriteAll(tasks, Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture) + "\n"), group + "/tasks");
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"put process {pid} into its resctrl group ({Property})", e);
            }
        }
    }

    /// <summary>Undoes <see cref="Create"/>.</summary>
    public void Undo() => Remove(_madeDirectory ? Directory : null, _madeMonitoringDirectory ? MonitoringDirectory : null);

    /// <summary>Removes groups; one that has gone already is no error.</summary>
    /// <exception cref="ContainerException">The kernel refuses.</exception>
    public static void Remove(string? directory, string? monitoringDirectory)
    {
        foreach (string? group in (ReadOnlySpan<string?>)[monitoringDirectory, directory])
        {
            if (group is not null && unlinkat(AT_FDCWD, group, AT_REMOVEDIR) < 0 && errno != Errno.ENOENT)
                throw new ContainerException($"remove the resctrl group ({Property})", new LinuxException("rmdir", errno, group));
        }
    }

    /// <summary>Writes lines of a class's schemata.</summary>
    /// <exception cref="ContainerException">The kernel refuses one.</exception>
    public static void WriteSchemata(string mountPoint, string directory, IReadOnlyList<(string Property, string Line)> lines)
    {
        string path = directory + "/schemata";
        string doing = $"set {Property}";
        try
        {
            using FileDescriptor file = Open(path, O_TRUNC);
            for (int i = 0; i < lines.Count; i++)
            {
                doing = $"set {lines[i].Property} to \"{lines[i].Line}\"";
                FileContent.WriteAll(file, Encoding.UTF8.GetBytes(lines[i].Line + "\n"), path);
            }
        }
        catch (LinuxException e)
        {
            throw Resctrl.Failure(mountPoint, doing, e);
        }
    }

    private void Verify()
    {
        if (string.IsNullOrEmpty(_config.ClosID))
            return;
        if (!Existed)
        {
            if (_schemata.Count == 0)
                throw new ContainerException($"{Property}.closID: there is no class \"{_config.ClosID}\" ({Directory})", "make it first, or give it schemata");
            return;
        }

        // Others use the class: their share is not to change by the start of a container.
        List<SchemaLine> present = [];
        if (_config.L3CacheSchema is { Length: > 0 } || _config.MemBwSchema is { Length: > 0 })
        {
            foreach (string line in (Resctrl.TryRead(Directory + "/schemata") ?? "").Split('\n'))
            {
                if (SchemaLine.Parse(line) is { } schema)
                    present.Add(schema);
            }
        }

        Compare(present, _config.L3CacheSchema, "l3CacheSchema");
        Compare(present, _config.MemBwSchema, "memBwSchema");
    }

    private void Compare(List<SchemaLine> present, string? wanted, string name)
    {
        if (string.IsNullOrEmpty(wanted))
            return;
        if (SchemaLine.Parse(wanted) is { } schema)
        {
            _ = uint.TryParse(schema.Resource == "MB" ? Resctrl.TryRead(_mountPoint + "/info/MB/bandwidth_gran") : null, out uint step);
            foreach (SchemaLine shown in present)
            {
                if (shown.Resource == schema.Resource && schema.IsMetBy(shown, step))
                    return;
            }
        }

        throw new ContainerException(
            $"{Property}.{name}: \"{wanted}\" is not what the class \"{_config.ClosID}\" has already, see {Directory}/schemata",
            "leave it out, or name another closID");
    }

    private void Make(string path, string property)
    {
        if (mkdirat(AT_FDCWD, path, 0x1ED /* 0755 */) < 0 && errno != Errno.EEXIST)
            throw Resctrl.Failure(_mountPoint, $"make the resctrl group ({property})", new LinuxException("mkdir", errno, path));
    }

    /// <summary>resctrl makes its files with the directory; in a tree that a test has built they may be missing.</summary>
    private static FileDescriptor Open(string path, int flags) =>
        Check.Fd(open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0x180 /* 0600 */), "open", path);
}
