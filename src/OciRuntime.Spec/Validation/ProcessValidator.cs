using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary><c>process</c> (config.md, "Process"). Capabilities are not judged: what cannot be granted is a warning.</summary>
internal static class ProcessValidator
{
    /// <param name="problems">Gets the problems.</param>
    /// <param name="process">What is judged.</param>
    /// <param name="linux">For the user namespace's mappings; null for a process that joins a container.</param>
    public static void Validate(ProblemList problems, Process process, Linux? linux)
    {
        if (process.Terminal && process.ConsoleSize is { } size && (size.Height > ushort.MaxValue || size.Width > ushort.MaxValue))
            problems.Add("process.consoleSize", $"is larger than {ushort.MaxValue}, the kernel's limit");
        ValidateUser(problems, process.User, linux);
        if (process.Args is null or { Count: 0 })
            problems.Add("process.args", "is empty");
        problems.CheckAbsolute("process.cwd", process.Cwd);
        ValidateEnv(problems, process.Env);
        ValidateRlimits(problems, process.Rlimits);
        if (process.OOMScoreAdj is < -1000 or > 1000)
            problems.Add("process.oomScoreAdj", $"is {process.OOMScoreAdj}, must be from -1000 to 1000");
        SchedulingValidator.Validate(problems, process);
    }

    private static void ValidateUser(ProblemList problems, User user, Linux? linux)
    {
        if (user.Umask > 0x1ff)
            problems.Add("process.user.umask", $"is {user.Umask}, must be from 0 to 511 (0777); JSON numbers are decimal");

        bool mapped = linux?.FindNamespace("user") is { Path: null or "" };
        IReadOnlyList<LinuxIDMapping>? uids = mapped ? linux!.UIDMappings : null;
        IReadOnlyList<LinuxIDMapping>? gids = mapped ? linux!.GIDMappings : null;
        if (IdProblem(user.UID, uids, "linux.uidMappings") is { } uid)
            problems.Add("process.user.uid", uid);
        if (IdProblem(user.GID, gids, "linux.gidMappings") is { } gid)
            problems.Add("process.user.gid", gid);
        for (int i = 0; i < user.AdditionalGids?.Count; i++)
        {
            // Whether they are mapped does not matter where setgroups(2) is denied: they are left out there.
            if (IdProblem(user.AdditionalGids[i], null, "") is { } additional)
                problems.Add("process.user.additionalGids", i, additional);
        }
    }

    private static string? IdProblem(uint id, IReadOnlyList<LinuxIDMapping>? mappings, string name)
    {
        // (uid_t)-1 is "leave it" to setresuid(2) and its like: the process would silently stay root.
        if (id == uint.MaxValue)
            return $"is {id}, which means \"no id\" to the kernel";
        // An empty list is a problem of its own.
        return mappings is { Count: > 0 } && !IdMappingsValidator.Has(mappings, id)
            ? $"is {id}, which {name} does not map"
            : null;
    }

    private static void ValidateEnv(ProblemList problems, IReadOnlyList<string>? env)
    {
        for (int i = 0; i < env?.Count; i++)
        {
            if (env[i].IndexOf('=') < 1)
                problems.Add("process.env", i, $"{JsonPath.Quote(env[i])} is not NAME=value");
        }
    }

    private static void ValidateRlimits(ProblemList problems, IReadOnlyList<POSIXRlimit>? rlimits)
    {
        uint seen = 0;
        for (int i = 0; i < rlimits?.Count; i++)
        {
            POSIXRlimit rlimit = rlimits[i];
            int number = RlimitType.Number(rlimit.Type);
            if (number < 0)
                problems.AddUnknown(JsonPath.Item("process.rlimits", i) + ".type", rlimit.Type, "a resource limit");
            else if ((seen & (1u << number)) != 0)
                problems.Add("process.rlimits", i, $"duplicate {JsonPath.Quote(rlimit.Type)}");
            else
                seen |= 1u << number;
            if (rlimit.Soft > rlimit.Hard)
                problems.Add("process.rlimits", i, $"soft {rlimit.Soft} is more than hard {rlimit.Hard}");
        }
    }
}
