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
        Refuse(found, config.Solaris is not null, "solaris");
        Refuse(found, config.Windows is not null, "windows");
        Refuse(found, config.VM is not null, "vm");
        Refuse(found, config.ZOS is not null, "zos");
        Refuse(found, config.FreeBSD is not null, "freebsd");

        if (config.Process is { } process)
        {
            foreach (Problem problem in Find(process))
                found.Add(problem.Path, problem.Message);
        }
        return found.Problems;
    }

    /// <summary>Those that a process sets: the config's, or one for <c>exec</c>.</summary>
    public static IReadOnlyList<Problem> Find(Spec.Process process)
    {
        var found = new ProblemList();
        Refuse(found, !string.IsNullOrEmpty(process.CommandLine), "process.commandLine");
        Refuse(found, !string.IsNullOrEmpty(process.User.Username), "process.user.username");
        return found.Problems;
    }

    private static void Refuse(ProblemList found, bool isSet, string path)
    {
        if (isSet)
            found.Add(path, "is not supported");
    }
}
