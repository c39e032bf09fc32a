using System;
using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>
/// The configuration that <c>spec</c> writes: a shell with a terminal, with the same content as runc's but for the
/// host name.
/// </summary>
public static class DefaultConfig
{
    private static readonly string[] Capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    /// <summary>For root.</summary>
    /// <param name="cgroupV2">The host has cgroup v2 alone: the container gets a cgroup namespace.</param>
    public static Config Create(bool cgroupV2) => new()
    {
        OciVersion = SpecVersion.Current,
        Process = new Process
        {
            Terminal = true,
            Args = ["sh"],
            Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
            Cwd = "/",
            Capabilities = new LinuxCapabilities { Bounding = Capabilities, Effective = Capabilities, Permitted = Capabilities },
            Rlimits = [new POSIXRlimit { Type = "RLIMIT_NOFILE", Hard = 1024, Soft = 1024 }],
            NoNewPrivileges = true,
        },
        Root = new Root { Path = "rootfs", Readonly = true },
        Hostname = "ocirun",
        Mounts =
        [
            new Mount { Destination = "/proc", Type = "proc", Source = "proc" },
            new Mount { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new Mount { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            new Mount { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
            new Mount { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
            new Mount { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", "ro"] },
            new Mount { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev", "relatime", "ro"] },
        ],
        Linux = new Linux
        {
            Resources = new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }] },
            Namespaces = Namespaces(cgroupV2, "pid", "network", "ipc", "uts", "mount"),
            MaskedPaths =
            [
                "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
            ],
            ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    };

    /// <summary>
    /// For a user without privileges: the user's own ids are root's in the container, the network is the host's, /sys
    /// is bound because a new sysfs belongs to whoever owns the network namespace, and nothing is limited.
    /// </summary>
    public static Config CreateRootless(bool cgroupV2, uint uid, uint gid)
    {
        Config config = Create(cgroupV2);
        var mounts = new List<Mount>();
        foreach (Mount mount in config.Mounts!)
        {
            mounts.Add(mount.Destination == "/sys"
                ? new Mount { Destination = "/sys", Type = "none", Source = "/sys", Options = ["rbind", "nosuid", "noexec", "nodev", "ro"] }
                : mount with { Options = WithoutOwners(mount.Options) });
        }
        return config with
        {
            Mounts = mounts,
            Linux = config.Linux! with
            {
                Resources = null,
                Namespaces = [.. Namespaces(cgroupV2, "pid", "ipc", "uts", "mount"), new LinuxNamespace { Type = "user" }],
                UIDMappings = [new LinuxIDMapping { ContainerID = 0, HostID = uid, Size = 1 }],
                GIDMappings = [new LinuxIDMapping { ContainerID = 0, HostID = gid, Size = 1 }],
            },
        };
    }

    private static List<LinuxNamespace> Namespaces(bool cgroupV2, params ReadOnlySpan<string> types)
    {
        var namespaces = new List<LinuxNamespace>();
        foreach (string type in types)
            namespaces.Add(new LinuxNamespace { Type = type });
        if (cgroupV2)
            namespaces.Add(new LinuxNamespace { Type = "cgroup" });
        return namespaces;
    }

    /// <summary>The options without <c>uid=</c> and <c>gid=</c>: only the container's root has an id.</summary>
    private static List<string>? WithoutOwners(IReadOnlyList<string>? options)
    {
        if (options is null)
            return null;
        var kept = new List<string>();
        foreach (string option in options)
        {
            if (!option.StartsWith("uid=", StringComparison.Ordinal) && !option.StartsWith("gid=", StringComparison.Ordinal))
                kept.Add(option);
        }
        return kept;
    }
}
