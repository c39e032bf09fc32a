using System;
using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary><c>mounts</c> (config.md, "Mounts"). The options themselves are the mount table's business.</summary>
internal static class MountsValidator
{
    public static void Validate(ProblemList problems, Config config)
    {
        for (int i = 0; i < config.Mounts?.Count; i++)
            Validate(problems, JsonPath.Item("mounts", i), config.Mounts[i], config.Linux);
    }

    private static void Validate(ProblemList problems, string path, Mount mount, Linux? linux)
    {
        // Relative ones are deprecated and count from "/": a warning of the mount planner.
        if (mount.Destination.Length == 0)
            problems.Add(path + ".destination", "is empty");

        bool bind = mount.Type == "bind", remount = false;
        string? idmap = null;
        for (int i = 0; i < mount.Options?.Count; i++)
        {
            bind |= mount.Options[i] is "bind" or "rbind";
            remount |= mount.Options[i] == "remount";
            if (mount.Options[i] is "idmap" or "ridmap")
                idmap = mount.Options[i];
        }
        // A remount is about what the destination has already.
        if (bind && !remount && string.IsNullOrEmpty(mount.Source))
            problems.Add(path + ".source", "is missing: a bind mount needs one");

        bool uids = mount.UIDMappings is { Count: > 0 };
        bool gids = mount.GIDMappings is { Count: > 0 };
        if (uids != gids)
            problems.Add(path, uids ? "uidMappings without gidMappings" : "gidMappings without uidMappings");
        if (idmap is not null && !uids && !gids && linux?.FindNamespace("user") is null)
            problems.Add(path, $"the option {idmap} needs uidMappings and gidMappings, or a user namespace in linux.namespaces");
        if (uids)
            IdMappingsValidator.Validate(problems, path + ".uidMappings", mount.UIDMappings);
        if (gids)
            IdMappingsValidator.Validate(problems, path + ".gidMappings", mount.GIDMappings);
    }
}
