using System;
using System.Collections.Generic;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>The spec's names of namespace types and the kernel's flags for them.</summary>
public static class NamespaceType
{
    private static readonly (string Name, ulong Flag)[] s_types =
    [
        ("cgroup", CLONE_NEWCGROUP),
        ("ipc", CLONE_NEWIPC),
        ("mount", CLONE_NEWNS),
        ("network", CLONE_NEWNET),
        ("pid", CLONE_NEWPID),
        ("time", CLONE_NEWTIME),
        ("user", CLONE_NEWUSER),
        ("uts", CLONE_NEWUTS),
    ];

    public static ReadOnlySpan<(string Name, ulong Flag)> All => s_types;

    /// <summary>The file of the caller's own namespace of a type, namespaces(7).</summary>
    public static string ToOwnPath(ulong flag) => "/proc/self/ns/" + flag switch
    {
        CLONE_NEWNS => "mnt",
        CLONE_NEWNET => "net",
        _ => ToName(flag),
    };

    /// <exception cref="ArgumentException">The name is not one of the spec's; validation has ruled that out.</exception>
    public static ulong FromName(string? name)
    {
        foreach ((string known, ulong flag) in s_types)
        {
            if (known == name)
                return flag;
        }

        throw new ArgumentException($"unknown namespace type \"{name}\"", nameof(name));
    }

    public static string ToName(ulong flag)
    {
        foreach ((string name, ulong known) in s_types)
        {
            if (known == flag)
                return name;
        }

        return "unknown";
    }

    /// <summary>The names of all types in a set of flags, with commas between them.</summary>
    public static string ToNames(ulong flags)
    {
        List<string> names = [];
        foreach ((string name, ulong flag) in s_types)
        {
            if ((flags & flag) != 0)
                names.Add(name);
        }

        return string.Join(", ", names);
    }
}
