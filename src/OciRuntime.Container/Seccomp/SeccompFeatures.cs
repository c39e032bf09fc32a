using System;
using System.Collections.Generic;

namespace OciRuntime.Container.Seccomp;

/// <summary>
/// What the compiler understands, from its own tables: the <c>linux.seccomp</c> part of the features structure
/// (features-linux.md, "Seccomp").
/// </summary>
public static class SeccompFeatures
{
    /// <summary>Names of actions, sorted.</summary>
    public static IReadOnlyList<string> Actions => List(ScmpAction.Count, ScmpAction.Name);

    /// <summary>Names of operators, sorted.</summary>
    public static IReadOnlyList<string> Operators =>
        List(ScmpCompareNames.Count, i => ScmpCompareNames.Name((ScmpCompare)i));

    /// <summary>Names of architectures, sorted.</summary>
    public static IReadOnlyList<string> Archs
    {
        get
        {
            string[] names = List(ScmpArch.Count, i => ScmpArch.Get(i).Name);
            Array.Sort(names, string.CompareOrdinal);
            return names;
        }
    }

    /// <summary>Names of flags, in runc's order.</summary>
    public static IReadOnlyList<string> KnownFlags => List(SeccompFlag.Count, i => SeccompFlag.Get(i).Name);

    /// <summary>Those of <see cref="KnownFlags"/> that the running kernel accepts.</summary>
    public static IReadOnlyList<string> SupportedFlags
    {
        get
        {
            var names = new List<string>(SeccompFlag.Count);
            for (int i = 0; i < SeccompFlag.Count; i++)
            {
                (string name, uint flag) = SeccompFlag.Get(i);
                if (SeccompFlag.IsSupported(flag))
                    names.Add(name);
            }

            return names;
        }
    }

    private static string[] List(int count, Func<int, string> name)
    {
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = name(i);
        return names;
    }
}
