using System;
using System.Collections.Generic;
using System.Linq;
using OciRuntime.Container.Seccomp;
using OciRuntime.Container.Seccomp.Tables;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>
/// What a profile says, read straight from its entries for one call at a time, with 64-bit arithmetic and without any
/// of the compiler's parts but its tables.
/// </summary>
internal sealed class ProfileMeaning(LinuxSeccomp profile)
{
    private readonly Dictionary<int, ILookup<uint, LinuxSyscall>> _entries = [];
    private readonly Dictionary<int, uint?> _newest = [];

    /// <summary>The action of calls that no entry matches.</summary>
    public uint Default { get; } = Action(profile.DefaultAction, profile.DefaultErrnoRet);

    /// <summary>The numbers of a name for an architecture: none or one.</summary>
    public static uint? Number(int arch, string name)
    {
        ushort number = ScmpArch.Get(arch).Numbers[SyscallNames.IndexOf(name)];
        return number == ScmpArch.NoCall ? null
            : number >= ScmpArch.PrivateCall ? ScmpArch.__ARM_NR_BASE + (number & 0xffu)
            : ScmpArch.Get(arch).Base + number;
    }

    /// <summary>The number of socketcall or ipc, through which other calls can be made.</summary>
    public static bool IsMultiplexer(int arch, uint number) =>
        Number(arch, "socketcall") is uint socketcall && (number == socketcall || number == Number(arch, "ipc"));

    /// <summary>The highest number that the profile names, ARM's private calls aside.</summary>
    public uint? Newest(int arch)
    {
        if (!_newest.TryGetValue(arch, out uint? newest))
        {
            newest = profile.Syscalls!.SelectMany(entry => entry.Names)
                .Select(name => Number(arch, name))
                .Where(number => number is not null && !(arch == ScmpArch.Arm && number >= ScmpArch.__ARM_NR_BASE))
                .Max();
            _newest[arch] = newest;
        }

        return newest;
    }

    /// <summary>The conditions of all entries on a call.</summary>
    public IEnumerable<LinuxSeccompArg> Conditions(int arch, uint number) =>
        Entries(arch, number).SelectMany(entry => entry.Args ?? []);

    /// <summary>
    /// The actions that a call may get: one, unless entries with different actions match it and the profile does not
    /// say which counts. Not for the numbers of <see cref="IsMultiplexer"/>.
    /// </summary>
    public IReadOnlyCollection<uint> Actions(int arch, uint number, ulong[] args)
    {
        var entries = Entries(arch, number).Where(entry => Action(entry) != Default).ToList();
        bool wide = ScmpArch.Get(arch).IsWide;
        LinuxSyscall? always = entries.Find(entry => IsUnconditional(entry, wide));
        if (always is not null)
            return [Action(always)];
        var matching = entries.Where(entry => Matches(entry, args, wide)).Select(Action).Distinct().ToList();
        if (matching.Count > 0)
            return matching;
        bool isS390 = ScmpArch.Get(arch).AuditArch is AUDIT_ARCH_S390 or AUDIT_ARCH_S390X;
        uint newest = Newest(arch) ?? 0;
        bool isPrivate = arch == ScmpArch.Arm && number >= ScmpArch.__ARM_NR_BASE;
        if (isPrivate)
        {
            uint newestPrivate = profile.Syscalls!.SelectMany(entry => entry.Names)
                .Select(name => Number(arch, name)).Where(private_ => private_ >= ScmpArch.__ARM_NR_BASE).Max() ?? 0;
            newest = newestPrivate == 0 ? newest : newestPrivate;
        }

        bool isNewer = newest > 0 && (number > newest || isS390 && number == 0);
        if (isNewer && !ScmpAction.IsPermissive(Default))
            return [SECCOMP_RET_ERRNO | 38];
        return [Default];
    }

    /// <summary>For each rule on a call, the profile that has no other.</summary>
    public IEnumerable<LinuxSeccomp> Parts(int arch, uint number) => Entries(arch, number)
        .SelectMany(entry => IsAnyOf(entry.Args ?? []) ? entry.Args!.Select(arg => entry with { Args = [arg] }) : [entry])
        .Select(entry => profile with { Syscalls = [entry] });

    /// <summary>The entries on a call, for messages.</summary>
    public string Describe(int arch, uint number) => $"default {profile.DefaultAction}, " + string.Join("; ", Entries(arch, number)
        .Select(entry => $"{entry.Action}({entry.ErrnoRet}) " + string.Join(", ", (entry.Args ?? [])
            .Select(arg => $"{arg.Index} {arg.Op} {arg.Value:x} {arg.ValueTwo:x}"))));

    private static bool IsUnconditional(LinuxSyscall entry, bool wide)
    {
        IReadOnlyList<LinuxSeccompArg> args = entry.Args ?? [];
        bool IsEmpty(LinuxSeccompArg arg) => arg.Op == "SCMP_CMP_MASKED_EQ" && (wide ? arg.Value : (uint)arg.Value) == 0;
        return IsAnyOf(args) ? args.Any(IsEmpty) : args.All(IsEmpty);
    }

    private static bool Matches(LinuxSyscall entry, ulong[] args, bool wide) =>
        IsAnyOf(entry.Args!)
            ? entry.Args!.Any(arg => Matches(arg, args[arg.Index], wide))
            : entry.Args!.All(arg => Matches(arg, args[arg.Index], wide));

    private static bool Matches(LinuxSeccompArg arg, ulong actual, bool wide)
    {
        ulong value = arg.Value;
        ulong two = arg.ValueTwo ?? 0;
        if (!wide)
            (actual, value, two) = ((uint)actual, (uint)value, (uint)two);
        return arg.Op switch
        {
            "SCMP_CMP_NE" => actual != value,
            "SCMP_CMP_LT" => actual < value,
            "SCMP_CMP_LE" => actual <= value,
            "SCMP_CMP_EQ" => actual == value,
            "SCMP_CMP_GE" => actual >= value,
            "SCMP_CMP_GT" => actual > value,
            "SCMP_CMP_MASKED_EQ" => (actual & value) == (two & value),
            _ => throw new ArgumentException(arg.Op),
        };
    }

    private static bool IsAnyOf(IReadOnlyList<LinuxSeccompArg> args) =>
        args.Select(arg => arg.Index).Distinct().Count() < args.Count;

    private IReadOnlyList<LinuxSyscall> Entries(int arch, uint number)
    {
        if (!_entries.TryGetValue(arch, out ILookup<uint, LinuxSyscall>? byNumber))
        {
            byNumber = profile.Syscalls!
                .SelectMany(entry => entry.Names, (entry, name) => (Entry: entry, Number: Number(arch, name)))
                .Where(pair => pair.Number is not null)
                .ToLookup(pair => pair.Number!.Value, pair => pair.Entry);
            _entries[arch] = byNumber;
        }

        return [.. byNumber[number]];
    }

    private static uint Action(LinuxSyscall entry) => Action(entry.Action, entry.ErrnoRet);

    private static uint Action(string name, uint? data)
    {
        if (!ScmpAction.TryParse(name, out uint action))
            throw new ArgumentException(name);
        return ScmpAction.HasData(action) ? action | (data ?? 1) : action;
    }
}
