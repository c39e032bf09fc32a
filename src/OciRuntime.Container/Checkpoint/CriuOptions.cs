using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>The options of CRIU that checkpoint and restore share.</summary>
internal static class CriuOptions
{
    /// <summary>CRIU's own, for containers: every setting in it overrides what it is asked for. Missing is fine.</summary>
    private const string DefaultConfigFile = "/etc/criu/runc.conf";

    /// <summary>All messages, as runc asks for: the log is what engines show when something fails.</summary>
    private const int LogLevel = 4;

    /// <param name="flags">The command's flags.</param>
    /// <param name="images">The images' directory.</param>
    /// <param name="work">That of the log; none: the same.</param>
    /// <param name="log">The log.</param>
    /// <param name="annotations">The container's, for <see cref="EffectiveAnnotations.CriuConfig"/>.</param>
    /// <exception cref="ContainerException">A flag has a value that it cannot have.</exception>
    public static ProtobufWriter From(
        CheckpointFlags flags, FileDescriptor images, FileDescriptor work, CriuLog log, IReadOnlyDictionary<string, string>? annotations)
    {
        ProtobufWriter options = new ProtobufWriter()
            .Number(CriuField.Options.ImagesDirectory, images.Number)
            .Number(CriuField.Options.LogLevel, LogLevel)
            .Text(CriuField.Options.LogFile, log.Name)
            .Bool(CriuField.Options.NotifyScripts, true)
            .Bool(CriuField.Options.ShellJob, flags.ShellJob)
            .Bool(CriuField.Options.ExtUnixSk, flags.ExtUnixSk)
            .Bool(CriuField.Options.TcpEstablished, flags.TcpEstablished)
            .Bool(CriuField.Options.FileLocks, flags.FileLocks)
            .Bool(CriuField.Options.AutoDedup, flags.AutoDedup)
            .Bool(CriuField.Options.LazyPages, flags.LazyPages)
            .Bool(CriuField.Options.OrphanPtsMaster, true)
            .Bool(CriuField.Options.ManageCgroups, true)
            .Number(CriuField.Options.ManageCgroupsMode, CgroupsMode(flags.ManageCgroupsMode))
            // Interfaces, addresses and routes belong to the engine, which makes them anew.
            .Number(CriuField.Options.EmptyNamespaces, (long)CLONE_NEWNET);
        if (work.IsOpen)
            options.Number(CriuField.Options.WorkDirectory, work.Number);
        if (annotations is null || !annotations.TryGetValue(EffectiveAnnotations.CriuConfig, out string? configFile))
            configFile = DefaultConfigFile;
        if (configFile.Length > 0)
            options.Text(CriuField.Options.ConfigFile, configFile);
        foreach (string name in flags.EmptyNamespaces)
        {
            // It is always empty: see above.
            if (name != "network")
                throw new ContainerException($"namespace \"{name}\" is not supported", "--empty-ns takes network");
        }

        return options;
    }

    /// <summary>CRIU's numbers of the modes, <c>criu_cg_mode</c>.</summary>
    private static int CgroupsMode(string? mode) => mode switch
    {
        null or "soft" => 3,
        "full" => 4,
        "strict" => 5,
        "ignore" => 0,
        _ => throw new ContainerException("Invalid manage cgroups mode", "--manage-cgroups-mode takes soft, full, strict or ignore"),
    };
}
