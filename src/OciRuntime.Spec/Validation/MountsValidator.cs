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

        bool bind = mount.Type == "bind";
        string? idmap = null;
        for (int i = 0; i < mount.Options?.Count; i++)
        {
            bind |= mount.Options[i] is "bind" or "rbind";
            if (mount.Options[i] is "idmap" or "ridmap")
                idmap = mount.Options[i];
        }
        if (bind && string.IsNullOrEmpty(mount.Source))
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
