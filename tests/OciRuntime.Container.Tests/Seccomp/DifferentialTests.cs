using System;
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Seccomp;
using OciRuntime.Container.Seccomp.Tables;
using OciRuntime.Spec;
using Xunit;
using Xunit.Abstractions;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>
/// Our filter and runc's decide alike. Both programs are run in an interpreter for numbers around every decision of
/// the profile and arguments around every condition. What differs on purpose is in <see cref="Expected"/>.
/// </summary>
public class DifferentialTests(ITestOutputHelper output)
{
    private static readonly string[][] Families =
    [
        ["SCMP_ARCH_X86_64"],
        ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
        ["SCMP_ARCH_X86"],
        ["SCMP_ARCH_X32", "SCMP_ARCH_X86"],
        ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
        ["SCMP_ARCH_ARM"],
        ["SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64N32"],
        ["SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64"],
        ["SCMP_ARCH_PPC64LE"],
        ["SCMP_ARCH_PPC64", "SCMP_ARCH_PPC"],
        ["SCMP_ARCH_S390X", "SCMP_ARCH_S390"],
        ["SCMP_ARCH_RISCV64"],
        ["SCMP_ARCH_PARISC64", "SCMP_ARCH_PARISC"],
        ["SCMP_ARCH_LOONGARCH64"],
        ["SCMP_ARCH_SH"],
        ["SCMP_ARCH_M68K"],
    ];

    private static int s_confused;

    [LibSeccompFact]
    public void The_tables_agree()
    {
        int compared = 0;
        for (int arch = 0; arch < ScmpArch.Count; arch++)
        {
            if (!IsKnown(arch))
                continue;
            for (int i = 0; i < SyscallNames.Count; i++)
            {
                string name = SyscallNames.Name(i);
                int theirs = LibSeccomp.seccomp_syscall_resolve_name_arch(RuncFilter.Token(arch), name);
                // Below zero are libseccomp's own numbers for calls that an architecture lacks or multiplexes.
                if (theirs < 0)
                    continue;
                // The kernel has it for 32-bit programs only (arch/parisc/kernel/syscalls/syscall.tbl).
                if (name == "_llseek" && ScmpArch.Get(arch).Name == "SCMP_ARCH_PARISC64")
                    continue;
                ProfileMeaning.Number(arch, name).Should().Be((uint)theirs, $"{name} on {ScmpArch.Get(arch).Name}");
                compared++;
            }
        }

        output.WriteLine($"{compared} numbers");
        compared.Should().BeGreaterThan(5000);
    }

    [LibSeccompFact]
    public void The_engines_default_profile_means_the_same()
    {
        LinuxSeccomp profile = ComparableEngineDefault();
        int calls = 0;
        foreach (string[] family in Families.Where(family => family.All(name => IsKnown(ScmpArch.IndexOf(name)))))
            calls += Compare(profile with { Architectures = family }, seed: 1) ?? throw new InvalidOperationException();
        output.WriteLine($"{calls} calls");
    }

    [LibSeccompFact]
    public void Every_number_of_the_engines_default_profile_means_the_same()
    {
        LinuxSeccomp profile = ComparableEngineDefault();
        var ours = new BpfInterpreter(SeccompCompiler.Compile(profile, ScmpArch.X86_64).Instructions);
        RuncFilter runc = RuncFilter.Compile(profile, [ScmpArch.X86_64, ScmpArch.X86, ScmpArch.X32])!;
        foreach (uint arch in new[] { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0u })
        {
            for (uint i = 0; i < 1024; i++)
            {
                foreach (uint number in new[] { i, i | ScmpArch.__X32_SYSCALL_BIT })
                    ours.Run(arch, number, new ulong[6]).Should().Be(runc.Run(arch, number, new ulong[6]), $"{arch:x} {number:x}");
            }
        }
    }

    [LibSeccompFact]
    public void Generated_profiles_mean_the_same()
    {
        List<string> names = ComparableNames();
        var generator = new ProfileGenerator(20260101, names);
        var families = Families.Where(family => family.All(name => IsKnown(ScmpArch.IndexOf(name)))).ToList();
        int calls = 0;
        for (int i = 0; i < 2000; i++)
            calls += Compare(generator.Next(families[i % families.Count]), seed: i) ?? throw new InvalidOperationException($"{i}");
        output.WriteLine($"libseccomp confuses rules in {s_confused} calls");
        s_confused.Should().BeLessThan(calls / 200);
        output.WriteLine($"{calls} calls, {families.Count} sets of architectures, {names.Count} names");
    }

    /// <summary>
    /// Rules with different actions on one call: where several match, their order decides, and that is whatever order
    /// libseccomp's tree happens to have. It must be one of the matching rules for us too, and in nearly all calls it
    /// is the same one.
    /// </summary>
    [LibSeccompFact]
    public void Contradicting_rules_mostly_mean_the_same()
    {
        var generator = new ProfileGenerator(20260102, ComparableNames());
        int refused = 0, refusedByUs = 0, calls = 0, ambiguous = 0, other = 0;
        for (int i = 0; i < 1000; i++)
        {
            string[] family = Families[i % 4];
            LinuxSeccomp profile = generator.NextMixed(family);
            int[] architectures = profile.Architectures!.Select(ScmpArch.IndexOf).ToArray();
            RuncFilter? runc = RuncFilter.Compile(profile, architectures);
            refused += runc is null ? 1 : 0;
            BpfInterpreter ours;
            try
            {
                ours = new BpfInterpreter(SeccompCompiler.Compile(profile, architectures[0]).Instructions);
            }
            catch (ContainerException error)
            {
                error.Message.Should().Contain("another action");
                refusedByUs++;
                continue;
            }

            var meaning = new ProfileMeaning(profile);
            var calling = new CallGenerator(profile, i);
            foreach (int arch in architectures)
            {
                uint auditArch = ScmpArch.Get(arch).AuditArch;
                foreach (uint number in calling.Numbers(arch))
                {
                    var conditions = meaning.Conditions(arch, number).ToList();
                    if (conditions.Count == 0 || ProfileMeaning.IsMultiplexer(arch, number))
                        continue;
                    foreach (ulong[] args in calling.Args(conditions))
                    {
                        uint actual = ours.Run(auditArch, number, args);
                        IReadOnlyCollection<uint> possible = meaning.Actions(arch, number, args);
                        possible.Should().Contain(actual);
                        calls++;
                        ambiguous += possible.Count > 1 ? 1 : 0;
                        if (runc is not null && possible.Count > 1 && actual != runc.RunWithoutStub(auditArch, number, args))
                            other++;
                    }
                }
            }
        }

        output.WriteLine($"{refused} profiles refused by libseccomp, {refusedByUs} by us; {calls} calls, {ambiguous} with a choice, {other} decided otherwise");
        other.Should().BeLessThan(ambiguous / 20);
    }

    private static LinuxSeccomp ComparableEngineDefault()
    {
        LinuxSeccomp profile = Profiles.EngineDefault();
        List<string> comparable = ComparableNames();
        return profile with
        {
            Syscalls = profile.Syscalls!
                .Select(entry => entry with { Names = entry.Names.Where(comparable.Contains).ToList() })
                .ToList(),
        };
    }

    private static bool IsKnown(string name) => LibSeccomp.seccomp_syscall_resolve_name(name) != LibSeccomp.__NR_SCMP_ERROR;

    private static bool IsKnown(int arch) =>
        LibSeccomp.seccomp_syscall_resolve_name_arch(RuncFilter.Token(arch), "read") != LibSeccomp.__NR_SCMP_ERROR;

    /// <summary>Names that have the same numbers in both tables; the others are newer than the library.</summary>
    private static List<string> ComparableNames()
    {
        var names = new List<string>();
        for (int i = 0; i < SyscallNames.Count; i++)
        {
            string name = SyscallNames.Name(i);
            // The library goes from the name to its own number and back to a name, and some of those are not unique.
            bool same = IsKnown(name)
                && LibSeccomp.seccomp_syscall_resolve_num(LibSeccomp.seccomp_syscall_resolve_name(name)) == name;
            for (int arch = 0; same && arch < ScmpArch.Count; arch++)
            {
                int theirs = LibSeccomp.seccomp_syscall_resolve_name_arch(RuncFilter.Token(arch), name);
                bool isMultiplexed = theirs is < 0 and > -10000;
                same = !IsKnown(arch) || isMultiplexed || ProfileMeaning.Number(arch, name) == (theirs < 0 ? null : (uint)theirs);
            }

            if (same)
                names.Add(name);
        }

        return names;
    }

    /// <summary>Compares; returns how many calls, or null when libseccomp refuses the profile.</summary>
    private static int? Compare(LinuxSeccomp profile, int seed)
    {
        int[] architectures = profile.Architectures!.Select(ScmpArch.IndexOf).ToArray();
        RuncFilter? runc = RuncFilter.Compile(profile, architectures);
        if (runc is null)
            return null;
        SeccompProgram program = SeccompCompiler.Compile(profile, architectures[0]);
        var ours = new BpfInterpreter(program.Instructions, ScmpArch.Get(architectures[0]).IsBigEndian);
        var meaning = new ProfileMeaning(profile);
        var generator = new CallGenerator(profile, seed);
        int calls = 0;
        foreach (int arch in architectures)
        {
            uint auditArch = ScmpArch.Get(arch).AuditArch;
            foreach (uint number in generator.Numbers(arch))
            {
                var conditions = meaning.Conditions(arch, number).ToList();
                foreach (ulong[] args in generator.Args(conditions))
                {
                    uint actual = ours.Run(auditArch, number, args);
                    uint expected = Expected(runc, meaning, architectures, auditArch, number, args, actual);
                    calls++;
                    if (actual != expected)
                        actual.Should().Be(expected, $"profile {seed}, {ScmpArch.Get(arch).Name} {number}({string.Join(", ", args)}), {meaning.Describe(arch, number)}");
                }
            }
        }

        foreach (uint foreign in new[] { 0u, AUDIT_ARCH_SH, uint.MaxValue })
            ours.Run(foreign, 0, new ulong[6]).Should().Be(SECCOMP_RET_KILL_THREAD);
        return calls;
    }

    /// <summary>runc's decision, or ours where it differs on purpose.</summary>
    private static uint Expected(
        RuncFilter runc, ProfileMeaning meaning, int[] architectures, uint auditArch, uint number, ulong[] args, uint actual)
    {
        uint theirs = runc.Run(auditArch, number, args);
        if (actual == theirs)
            return theirs;
        bool isX32 = auditArch == AUDIT_ARCH_X86_64 && (number & ScmpArch.__X32_SYSCALL_BIT) != 0;
        int arch = Array.Find(architectures, index => ScmpArch.Get(index).AuditArch == auditArch && index == ScmpArch.X32 == isX32);

        // Conditions cannot be checked behind socketcall(2) and ipc(2). libseccomp drops the one on the first argument
        // and compares the others with what is not those arguments, so that a rule can let through more than it says;
        // we apply such a rule only where that is stricter than the default.
        if (ProfileMeaning.IsMultiplexer(arch, number) && ScmpAction.IsAsStrictAs(actual, theirs))
            return actual;

        // ENOSYS for what is newer than the profile. runc takes a call that could also be made through socketcall(2)
        // or ipc(2) for one without a number of its own: it answers ENOSYS even where the profile has a rule for it.
        if (!ScmpAction.IsPermissive(meaning.Default) && meaning.Newest(arch) is uint newest && newest > (runc.Newest(arch) ?? 0))
        {
            theirs = number > newest || number == 0 ? SECCOMP_RET_ERRNO | 38 : runc.RunWithoutStub(auditArch, number, args);
            if (actual == theirs)
                return theirs;
        }

        // ARM's private calls have very high numbers: for runc, a profile that names one knows all calls below it.
        if (arch == ScmpArch.Arm && number > meaning.Newest(arch) && number < ScmpArch.__ARM_NR_BASE && runc.Newest(arch) >= ScmpArch.__ARM_NR_BASE)
            return SECCOMP_RET_ERRNO | 38;
        // No ABI has numbers with the highest bit. libseccomp kills for them as for x32's, runc's stub is faster.
        if (auditArch == AUDIT_ARCH_X86_64 && !architectures.Contains(ScmpArch.X32) && number >> 30 == 2)
            return SECCOMP_RET_KILL_THREAD;
        return OneByOne(meaning, architectures, arch, auditArch, number, args) ?? theirs;
    }

    /// <summary>
    /// libseccomp keeps the conditions of one call in a tree of 32-bit comparisons, and confuses some when it merges
    /// rules with bounds, or returns from one branch to the next with another argument loaded: the whole profile then
    /// does not match a call that one of its rules alone does match in libseccomp too, or matches one that none of
    /// them does. This asks libseccomp for one rule at a time.
    /// </summary>
    private static uint? OneByOne(
        ProfileMeaning meaning, int[] architectures, int arch, uint auditArch, uint number, ulong[] args)
    {
        uint? decision = null;
        foreach (LinuxSeccomp part in meaning.Parts(arch, number))
        {
            uint one = RuncFilter.Compile(part, architectures)!.RunWithoutStub(auditArch, number, args);
            if (decision is null || one != meaning.Default)
                decision = one;
        }

        s_confused++;
        return decision;
    }
}
