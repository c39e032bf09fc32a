using System;
using System.Collections.Generic;
using System.Linq;
using OciRuntime.Container.Seccomp;
using OciRuntime.Spec;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>Random valid profiles, the same ones for the same seed.</summary>
internal sealed class ProfileGenerator(int seed, IReadOnlyList<string> names)
{
    private static readonly string[] Actions =
    [
        "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO",
        "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG",
    ];

    private static readonly string[] Operators =
    [
        "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ",
    ];

    private static readonly ulong[] Values =
    [
        0, 1, 2, 5, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x100000000, 0x100000005, 0x500000000,
        0x7fffffffffffffff, 0x8000000000000000, 0xffffffff00000000, 0xffffffffffffffff,
    ];

    private readonly Random _random = new(seed);

    /// <summary>A profile with a few rules per call; the rules of one call have one action.</summary>
    public LinuxSeccomp Next(IReadOnlyList<string> architectures) => Next(architectures, mixed: false);

    /// <summary>A profile whose rules for one call may have different actions.</summary>
    public LinuxSeccomp NextMixed(IReadOnlyList<string> architectures) => Next(architectures, mixed: true);

    private LinuxSeccomp Next(IReadOnlyList<string> architectures, bool mixed)
    {
        var syscalls = new List<LinuxSyscall>();
        string defaultAction = Pick(Actions);
        // Long lists too: they are what makes jumps long.
        int plain = _random.Next(4) == 0 ? _random.Next(names.Count) : _random.Next(8);
        var unused = names.OrderBy(_ => _random.Next()).ToList();
        for (int left = plain; left > 0;)
        {
            int count = Math.Min(left, 1 + _random.Next(left));
            syscalls.Add(Rule(unused.GetRange(0, count), Pick(Actions)));
            unused.RemoveRange(0, count);
            left -= count;
        }

        for (int i = _random.Next(5); i > 0 && unused.Count > 0; i--)
        {
            string action = Pick(Actions);
            uint? errno = Errno(action);
            for (int j = 1 + _random.Next(4); j > 0; j--)
            {
                if (mixed)
                    (action, errno) = (Pick(Actions), Errno(action));
                syscalls.Add(new LinuxSyscall
                {
                    Names = [unused[0]],
                    Action = action,
                    ErrnoRet = ScmpActionHasData(action) ? errno : null,
                    Args = Args(),
                });
            }

            unused.RemoveAt(0);
        }

        return new LinuxSeccomp
        {
            DefaultAction = defaultAction,
            DefaultErrnoRet = Errno(defaultAction),
            Architectures = architectures,
            Syscalls = syscalls.OrderBy(_ => _random.Next()).ToList(),
        };
    }

    private LinuxSyscall Rule(IReadOnlyList<string> ofNames, string action) =>
        new() { Names = ofNames, Action = action, ErrnoRet = Errno(action) };

    private List<LinuxSeccompArg> Args()
    {
        var args = new List<LinuxSeccompArg>();
        for (int i = _random.Next(4); i > 0; i--)
        {
            string op = Pick(Operators);
            args.Add(new LinuxSeccompArg
            {
                // Mostly different arguments: equal ones make the conditions alternatives.
                Index = (uint)_random.Next(_random.Next(3) == 0 ? 2 : 6),
                Op = op,
                Value = Value(),
                ValueTwo = op == "SCMP_CMP_MASKED_EQ" ? Value() : null,
            });
        }

        return args;
    }

    private uint? Errno(string action) =>
        ScmpActionHasData(action) && _random.Next(2) == 0 ? (uint)_random.Next(1, 4095) : null;

    private static bool ScmpActionHasData(string action) =>
        ScmpAction.TryParse(action, out uint value) && ScmpAction.HasData(value);

    private ulong Value() => _random.Next(4) == 0 ? (ulong)_random.NextInt64() : Pick(Values);

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];
}
