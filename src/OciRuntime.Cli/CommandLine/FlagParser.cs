using System;
using System.Collections.Generic;

namespace OciRuntime.Cli.CommandLine;

/// <summary>
/// Splits arguments into flags and positional arguments by the rules of Go's <c>flag</c> package, with the texts of
/// its errors: podman, for one, recognises flags that exist by <c>flag needs an argument</c>.
/// </summary>
internal static class FlagParser
{
    /// <summary>Sets the flags that <paramref name="arguments"/> name and returns what is left.</summary>
    /// <param name="flags">The flags to look for.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="start">Index of the first argument that may be a flag.</param>
    /// <param name="interspersed">
    /// Whether known flags are also found after the first positional argument; an unknown one is positional there,
    /// so that <c>kill ID -9</c> reaches the command.
    /// </param>
    /// <exception cref="UsageException">A flag is unknown, malformed, lacks its value or has a bad one.</exception>
    public static List<string> Parse(Flag[] flags, IReadOnlyList<string> arguments, int start, bool interspersed)
    {
        var positional = new List<string>(arguments.Count);
        int i = start;
        while (i < arguments.Count)
        {
            string argument = arguments[i++];
            if (argument == "--")
                break;
            if (argument.Length < 2 || argument[0] != '-')
            {
                positional.Add(argument);
                if (!interspersed)
                    break;
                continue;
            }

            ReadOnlySpan<char> name = argument.AsSpan(argument[1] == '-' ? 2 : 1);
            if (positional.Count == 0 && (name[0] is '-' or '='))
                throw new UsageException($"bad flag syntax: {argument}");
            string? value = null;
            int equals = name.IndexOf('=');
            if (equals > 0)
            {
                value = name[(equals + 1)..].ToString();
                name = name[..equals];
            }

            Flag? flag = Find(flags, name);
            if (flag is null)
            {
                if (positional.Count == 0)
                    throw new UsageException($"flag provided but not defined: -{name}");
                positional.Add(argument);
                continue;
            }
            if (value is null && flag.NeedsValue)
            {
                if (i == arguments.Count)
                    throw new UsageException($"flag needs an argument: -{name}");
                value = arguments[i++];
            }
            flag.Set(value, name.ToString());
        }
        for (; i < arguments.Count; i++)
            positional.Add(arguments[i]);
        return positional;
    }

    private static Flag? Find(Flag[] flags, ReadOnlySpan<char> name)
    {
        foreach (Flag flag in flags)
        {
            if (name.SequenceEqual(flag.Name) || name.SequenceEqual(flag.Alias))
                return flag;
        }
        return null;
    }
}
