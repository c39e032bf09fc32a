using System;
using System.Collections.Generic;
using System.Linq;
using OciRuntime.Container.Seccomp;
using OciRuntime.Spec;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>Calls that tell filters apart: numbers around every decision, and arguments around every condition.</summary>
internal sealed class CallGenerator(LinuxSeccomp profile, int seed)
{
    private static readonly uint[] Boundaries =
    [
        0, 1, 2, 3999, 4000, 4999, 5000, 5999, 6000, 0xeffff, 0xf0000, 0xf0001, 0xf0006, 0xf0007,
        0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff, 0xc0000000, 0xfffffffe, 0xffffffff,
    ];

    private readonly Random _random = new(seed);

    /// <summary>Numbers for an architecture.</summary>
    public IEnumerable<uint> Numbers(int arch)
    {
        var named = profile.Syscalls!.SelectMany(entry => entry.Names)
            .Select(name => ProfileMeaning.Number(arch, name))
            .OfType<uint>().Distinct().Order().ToList();
        var conditional = profile.Syscalls!.Where(entry => entry.Args?.Count > 0).SelectMany(entry => entry.Names)
            .Select(name => ProfileMeaning.Number(arch, name)).OfType<uint>();
        IEnumerable<uint> some = named.Count <= 40 ? named : named.OrderBy(_ => _random.Next()).Take(40).Append(named[^1]);
        uint first = ScmpArch.Get(arch).Base;
        return some.Concat(conditional)
            .SelectMany(number => new[] { number - 1, number, number + 1 })
            .Concat(Boundaries)
            .Concat(Enumerable.Range(0, 8).Select(_ => first + (uint)_random.Next(600)))
            .Distinct();
    }

    /// <summary>Arguments for a call with these conditions.</summary>
    public IEnumerable<ulong[]> Args(IReadOnlyList<LinuxSeccompArg> conditions)
    {
        yield return new ulong[6];
        if (conditions.Count == 0)
            yield break;
        for (int i = 0; i < 16; i++)
        {
            var args = new ulong[6];
            for (uint j = 0; j < 6; j++)
                args[j] = Value(conditions.Where(condition => condition.Index == j).ToList());
            yield return args;
        }
    }

    private ulong Value(List<LinuxSeccompArg> conditions)
    {
        if (conditions.Count == 0 || _random.Next(16) == 0)
            return (ulong)_random.NextInt64() << _random.Next(2);
        LinuxSeccompArg condition = conditions[_random.Next(conditions.Count)];
        ulong value = condition.Op != "SCMP_CMP_MASKED_EQ" ? condition.Value
            : (condition.ValueTwo ?? 0) & condition.Value | (_random.Next(2) == 0 ? (ulong)_random.NextInt64() & ~condition.Value : 0);
        return _random.Next(8) switch
        {
            0 or 1 or 2 => value,
            3 => value - 1,
            4 => value + 1,
            5 => value ^ 1UL << 32,
            6 => (uint)value,
            _ => value ^ 1UL << _random.Next(64),
        };
    }
}
