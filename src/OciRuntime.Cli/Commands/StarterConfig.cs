using System;
using System.Collections.Generic;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Commands;

/// <summary>The config.json that <c>spec</c> writes: the same container as runc's, which many bundles start from.</summary>
internal static class StarterConfig
{
    private static readonly string[] Capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    /// <summary>A shell with a terminal in namespaces of its own, made by root.</summary>
    public static Config Privileged() => new()
    {
        OciVersion = BuildInfo.SpecVersion,
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
        Linux = new Spec.Linux
        {
            Resources = new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }] },
            Namespaces = Namespaces("pid", "network", "ipc", "uts", "mount"),
            MaskedPaths =
            [
                "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
            ],
            ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    };

    /// <summary>
    /// The same for a user without privileges: the user's own id is the container's root, the network is the host's,
    /// /sys is bound because a new sysfs belongs to whoever owns the network namespace, and nothing is limited.
    /// </summary>
    public static Config Rootless()
    {
        Config config = Privileged();
        var mounts = new List<Mount>();
        foreach (Mount mount in config.Mounts ?? [])
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
                Namespaces = Namespaces("pid", "ipc", "uts", "mount", "user"),
                UIDMappings = [new LinuxIDMapping { ContainerID = 0, HostID = LibC.geteuid(), Size = 1 }],
                GIDMappings = [new LinuxIDMapping { ContainerID = 0, HostID = LibC.getegid(), Size = 1 }],
            },
        };
    }

    /// <summary>The namespaces, and on a host with cgroup v2 alone the cgroup namespace.</summary>
    private static List<LinuxNamespace> Namespaces(params ReadOnlySpan<string> types)
    {
        var namespaces = new List<LinuxNamespace>();
        foreach (string type in types)
            namespaces.Add(new LinuxNamespace { Type = type });
        if (LibC.statfs("/sys/fs/cgroup", out LibC.statfs_t host) == 0 && host.f_type == LibC.CGROUP2_SUPER_MAGIC)
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
