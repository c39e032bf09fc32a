using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Cgroups.V1;
using OciRuntime.Container.Cgroups.V2;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.Systemd;

/// <summary>From a config to a scope of the system's systemd, or of the user's, and from there to its directories.</summary>
internal static class SystemdCgroupFactory
{
    private const string SystemSocket = "/run/systemd/private";

    /// <inheritdoc cref="CgroupFactory.ForNew"/>
    public static SystemdCgroup ForNew(
        string id, string? cgroupsPath, bool rootless, Action<string> warn, IReadOnlyDictionary<string, string>? annotations, LinuxResources? resources)
    {
        // As sd_booted(3) asks.
        if (statx(AT_FDCWD, "/run/systemd/system", AT_SYMLINK_NOFOLLOW, STATX_TYPE, out statx_t booted) < 0 || !booted.IsDirectory)
            throw new ContainerException("systemd not running on this host, cannot use systemd cgroups manager", "leave --systemd-cgroup out");
        SystemdUnit unit = SystemdUnit.From(id, cgroupsPath);
        bool isUser = rootless || IsUserOfHost();
        CgroupLayout layout = CgroupLayout.For(resources);
        if (isUser && layout.Mode != CgroupMode.Unified)
            throw new ContainerException("cannot use rootless systemd cgroups manager on cgroup v1");

        string slice = unit.Slice.Length > 0 ? unit.Slice : isUser ? "user.slice" : "system.slice";
        SystemdManager? manager = isUser ? SystemdManager.Connect(isUser: true) : null;
        // A user's manager has its own root, and slices count from there.
        string root = manager?.ControlGroup.TrimEnd('/') ?? "";
        List<CgroupPath> paths = CgroupNaming.Resolve(layout, CgroupNaming.Clean($"{root}{SystemdUnit.PathOf(slice)}/{unit.Name}"));
        bool isUnified = layout.Mode == CgroupMode.Unified;
        ICgroup inner = isUnified
            ? new V2Cgroup(paths[0], warn) { IsPrepared = true, IsRootless = isUser }
            : new V1Cgroup(paths, warn) { IsPrepared = true };
        return new SystemdCgroup(inner, unit.Name, isUser, warn, manager)
        {
            Creation = Properties(id, slice, isUnified, annotations),
            Resources = resources ?? new(),
        };
    }

    /// <summary>The cgroup of a container that exists.</summary>
    public static SystemdCgroup Load(ICgroup inner, Action<string> warn)
    {
        string path = inner.Paths[0].Path;
        return new SystemdCgroup(inner, path[(path.LastIndexOf('/') + 1)..], path.Contains("/user@", StringComparison.Ordinal), warn);
    }

    private static List<SystemdProperty> Properties(string id, string slice, bool isUnified, IReadOnlyDictionary<string, string>? annotations) =>
    [
        new("Description", DBusValue.Of("ocirun container " + id)),
        new("Slice", DBusValue.Of(slice)),
        new("Delegate", DBusValue.Of(true)),
        // The kernel cannot count for a process what it has used before it joined.
        new("MemoryAccounting", DBusValue.Of(true)),
        new("CPUAccounting", DBusValue.Of(true)),
        new(isUnified ? "IOAccounting" : "BlockIOAccounting", DBusValue.Of(true)),
        new("TasksAccounting", DBusValue.Of(true)),
        new("DefaultDependencies", DBusValue.Of(false)),
        .. AnnotationProperties.From(annotations),
    ];

    /// <summary>
    /// Root of a user namespace: of a container with its own systemd, whose root it is there too, or of the host's
    /// user, who may not speak to the host's systemd.
    /// </summary>
    private static bool IsUserOfHost() => UserNamespace.IsNested && faccessat2(AT_FDCWD, SystemSocket, W_OK, AT_EACCESS) < 0;
}
