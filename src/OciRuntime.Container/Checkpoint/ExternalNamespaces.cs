using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>
/// Namespaces that the config joins: they are not the container's to save, and must be there again at restore. CRIU
/// knows a network and a PID namespace by a name, for which restore gives a descriptor, and joins the others by path.
/// </summary>
internal static class ExternalNamespaces
{
    /// <summary>For a dump.</summary>
    /// <exception cref="ContainerException">A kind that CRIU cannot leave out, or a file that is not there.</exception>
    public static void Declare(ProtobufWriter options, Config config)
    {
        foreach (LinuxNamespace ns in Joined(config))
        {
            if (KeyOf(ns.Type) is not { } key)
                continue;
            if (statx(AT_FDCWD, ns.Path!, 0, STATX_BASIC_STATS, out statx_t stat) < 0)
                throw new ContainerException($"open the {ns.Type} namespace that the container is in", new LinuxException("statx", errno, ns.Path));
            options.Text(CriuField.Options.External, string.Create(CultureInfo.InvariantCulture, $"{KernelName(ns.Type)}[{stat.stx_ino}]:{key}"));
        }
    }

    /// <summary>For a restore.</summary>
    /// <param name="options">CRIU's options.</param>
    /// <param name="config">The container's.</param>
    /// <param name="opened">Receives what CRIU has to inherit, the caller's to close.</param>
    /// <exception cref="ContainerException">A kind that CRIU cannot join, or a file that is not there.</exception>
    public static void Supply(ProtobufWriter options, Config config, List<FileDescriptor> opened)
    {
        foreach (LinuxNamespace ns in Joined(config))
        {
            if (KeyOf(ns.Type) is not { } key)
            {
                options.Message(CriuField.Options.JoinNamespace, Pair(KernelName(ns.Type)).Text(CriuField.Pair.Value, ns.Path!));
                continue;
            }

            FileDescriptor file = new(open(ns.Path!, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
            if (!file.IsOpen)
                throw new ContainerException($"Requested {ns.Type} namespace {ns.Path} does not exist", new LinuxException("open", errno, ns.Path));
            opened.Add(file);
            options.Message(CriuField.Options.InheritFd, Pair(key).Number(CriuField.Pair.Value, file.Number));
        }
    }

    /// <summary>What cannot be saved or brought back at all.</summary>
    /// <exception cref="ContainerException">Names the namespace.</exception>
    public static void Refuse(Config config)
    {
        if (config.Linux?.FindNamespace("mount") is null)
            throw new ContainerException("a container without a mount namespace of its own cannot be checkpointed or restored", "add {\"type\":\"mount\"} to linux.namespaces");
        foreach (LinuxNamespace ns in Joined(config))
        {
            if (ns.Type is "mount" or "cgroup")
                throw new ContainerException($"CRIU cannot put a container into a {ns.Type} namespace that is there already (linux.namespaces)");
        }
    }

    private static IEnumerable<LinuxNamespace> Joined(Config config)
    {
        foreach (LinuxNamespace ns in config.Linux?.Namespaces ?? [])
        {
            if (!string.IsNullOrEmpty(ns.Path))
                yield return ns;
        }
    }

    private static ProtobufWriter Pair(string key) => new ProtobufWriter().Text(CriuField.Pair.Key, key);

    /// <summary>runc's names, which are in its images too; null for a kind that is joined by path.</summary>
    private static string? KeyOf(string? type) => type switch
    {
        "network" => "extRootNetNS",
        "pid" => "extRootPidNS",
        _ => null,
    };

    private static string KernelName(string? type) => type == "network" ? "net" : type!;
}
