using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The process that <c>exec</c> is to run: from a file, or the container's own with the command line's changes.</summary>
internal static class ExecSpec
{
    public static Spec.Process Build(ExecOptions options, Config config)
    {
        Spec.Process process = options.ProcessFile is { } file ? Read(file) : Change(config.Process!, options);
        if (options.ProcessFile is not null && config.Process is { } own)
            process = Complete(process, own);
        IReadOnlyList<Problem> problems = [.. ConfigValidator.Validate(process), .. UnsupportedProperties.Find(process)];
        return problems.Count == 0 ? process : throw new ContainerException("invalid process: " + string.Join("; ", problems));
    }

    private static Spec.Process Read(string file)
    {
        try
        {
            return ConfigReader.ReadProcess(FileContent.ReadAt(AT_FDCWD, file, ConfigReader.MaxSize).Span);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("read the process (--process)", e);
        }
        catch (SpecException e)
        {
            throw new ContainerException($"invalid process (--process {file}): {e.Message}");
        }
    }

    /// <summary>What a file does not say is as in the container's own process, where runc has it so.</summary>
    private static Spec.Process Complete(Spec.Process process, Spec.Process own) => process with
    {
        User = process.User with { Umask = process.User.Umask ?? own.User.Umask },
        Scheduler = process.Scheduler ?? own.Scheduler,
        IOPriority = process.IOPriority ?? own.IOPriority,
        ExecCPUAffinity = process.ExecCPUAffinity ?? own.ExecCPUAffinity,
    };

    private static Spec.Process Change(Spec.Process process, ExecOptions options) => process with
    {
        Args = options.Args,
        Cwd = options.Cwd ?? process.Cwd,
        Env = [.. process.Env ?? [], .. options.Env],
        Terminal = options.Terminal,
        ApparmorProfile = options.ApparmorProfile ?? process.ApparmorProfile,
        SelinuxLabel = options.SelinuxLabel ?? process.SelinuxLabel,
        NoNewPrivileges = options.NoNewPrivileges ?? process.NoNewPrivileges,
        Capabilities = options.Capabilities.Count == 0 ? process.Capabilities : Add(process.Capabilities ?? new(), options.Capabilities),
        User = process.User with
        {
            UID = options.Uid ?? process.User.UID,
            GID = options.Gid ?? process.User.GID,
            AdditionalGids = [.. process.User.AdditionalGids ?? [], .. options.AdditionalGids],
        },
    };

    /// <summary>Ambient capabilities have to be inheritable, which the flag does not make them: only where the config has them so.</summary>
    private static LinuxCapabilities Add(LinuxCapabilities capabilities, IReadOnlyList<string> added)
    {
        HashSet<string> inheritable = [.. capabilities.Inheritable ?? []];
        List<string> ambient = [.. capabilities.Ambient ?? []];
        foreach (string name in added)
        {
            if (inheritable.Contains(name))
                ambient.Add(name);
        }

        return capabilities with
        {
            Bounding = [.. capabilities.Bounding ?? [], .. added],
            Effective = [.. capabilities.Effective ?? [], .. added],
            Permitted = [.. capabilities.Permitted ?? [], .. added],
            Ambient = ambient,
        };
    }
}
