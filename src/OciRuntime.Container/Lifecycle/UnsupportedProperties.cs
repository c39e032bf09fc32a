using System.Collections.Generic;
using OciRuntime.Spec;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// Properties that are known but that the runtime does not act on: a config that sets one is refused instead of
/// silently run without it (config.md, "Valid values"). A line goes away when its property is implemented.
/// </summary>
public static class UnsupportedProperties
{
    /// <summary>Those that the config sets; empty when there are none.</summary>
    public static IReadOnlyList<Problem> Find(Config config)
    {
        var found = new ProblemList();
        void Refuse(bool isSet, string path)
        {
            if (isSet)
                found.Add(path, "is not supported");
        }

        Refuse(config.Solaris is not null, "solaris");
        Refuse(config.Windows is not null, "windows");
        Refuse(config.VM is not null, "vm");
        Refuse(config.ZOS is not null, "zos");
        Refuse(config.FreeBSD is not null, "freebsd");

        for (int i = 0; i < config.Mounts?.Count; i++)
        {
            Mount mount = config.Mounts[i];
            if (mount.UIDMappings is { Count: > 0 })
                Refuse(true, $"mounts[{i}].uidMappings");
            if (mount.GIDMappings is { Count: > 0 })
                Refuse(true, $"mounts[{i}].gidMappings");
            for (int j = 0; j < mount.Options?.Count; j++)
            {
                if (mount.Options[j] is "idmap" or "ridmap")
                    Refuse(true, $"mounts[{i}].options[{j}]: {mount.Options[j]}");
            }
        }

        if (config.Process is { } process)
        {
            foreach (Problem problem in Find(process))
                found.Add(problem.Path, problem.Message);
        }

        if (config.Linux is { } linux)
        {
            Refuse(linux.NetDevices is { Count: > 0 }, "linux.netDevices");
            Refuse(linux.IntelRdt is not null, "linux.intelRdt");
            Refuse(linux.MemoryPolicy is not null, "linux.memoryPolicy");
            // Every process has the domain LINUX, unless the runtime's caller chose another one.
            Refuse(linux.Personality is not (null or { Domain: "LINUX" }), "linux.personality");
        }
        return found.Problems;
    }

    /// <summary>Those that a process sets: the config's, or one for <c>exec</c>.</summary>
    public static IReadOnlyList<Problem> Find(Spec.Process process)
    {
        var found = new ProblemList();
        void Refuse(bool isSet, string path)
        {
            if (isSet)
                found.Add(path, "is not supported");
        }

        Refuse(!string.IsNullOrEmpty(process.CommandLine), "process.commandLine");
        Refuse(!string.IsNullOrEmpty(process.User.Username), "process.user.username");
        Refuse(process.Scheduler is not null, "process.scheduler");
        Refuse(process.IOPriority is not null, "process.ioPriority");
        Refuse(process.ExecCPUAffinity is not null, "process.execCPUAffinity");
        return found.Problems;
    }
}
