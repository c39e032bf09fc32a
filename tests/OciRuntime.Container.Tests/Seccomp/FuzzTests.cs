using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Seccomp;
using OciRuntime.Container.Seccomp.Tables;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>
/// Whatever the profile: an error with a JSON path, or a program that the kernel's checks accept and that gives no
/// call more than the profile says. The seed is fixed; with OCIRUN_FUZZ=N there are N times as many runs, with others.
/// </summary>
public class FuzzTests
{
    private static readonly string[] Junk = ["", "SCMP_ACT_ALLOW ", "scmp_act_allow", "\0", "ALLOW", "SCMP_CMP_", "é", new string('a', 5000)];

    private static readonly string[] Actions = [.. SeccompFeatures.Actions];

    private static readonly string[] Architectures =
        [.. SeccompFeatures.Archs.Where(name => !ScmpArch.Get(ScmpArch.IndexOf(name)).IsBigEndian)];

    [Fact]
    public void No_profile_crashes_or_loads_a_weaker_filter()
    {
        int compiled = 0;
        Prop.ForAll(Arb.From(Profile()), profile =>
        {
            SeccompProgram program;
            try
            {
                program = SeccompCompiler.Compile(profile, ScmpArch.X86_64);
            }
            catch (ContainerException error)
            {
                error.Message.Should().StartWith("linux.seccomp");
                return;
            }

            compiled++;
            if (program.Instructions.Length > 0)
                Verify(profile, program);
        }).Check(Runs());
        compiled.Should().BeGreaterThan(1000);
    }

    /// <summary>A failure prints its seed.</summary>
    private static FsCheck.Config Runs()
    {
        bool more = int.TryParse(Environment.GetEnvironmentVariable("OCIRUN_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int times);
        FsCheck.Config config = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(3000 * Math.Max(times, 1));
        return more ? config : config.WithReplay(new Replay(new Rnd(20260103, 1), null));
    }

    private static void Verify(LinuxSeccomp profile, SeccompProgram program)
    {
        var filter = new BpfInterpreter(program.Instructions);
        profile = profile with
        {
            Syscalls = (profile.Syscalls ?? [])
                .Select(entry => entry with { Names = entry.Names.Where(name => SyscallNames.IndexOf(name) >= 0).ToList() })
                .ToList(),
        };
        var meaning = new ProfileMeaning(profile);
        var calls = new CallGenerator(profile, 7);
        foreach (int arch in (profile.Architectures ?? []).Select(ScmpArch.IndexOf).Append(ScmpArch.X86_64).Distinct())
        {
            foreach (uint number in calls.Numbers(arch))
            {
                // Numbers of another ABI are not this architecture's: DifferentialTests looks at those.
                if (arch is ScmpArch.X86_64 or ScmpArch.X32 && number >= ScmpArch.__X32_SYSCALL_BIT != (arch == ScmpArch.X32)
                    || ProfileMeaning.IsMultiplexer(arch, number))
                {
                    continue;
                }

                foreach (ulong[] args in calls.Args(meaning.Conditions(arch, number).ToList()))
                {
                    uint actual = filter.Run(ScmpArch.Get(arch).AuditArch, number, args);
                    if (!meaning.Actions(arch, number, args).Contains(actual))
                        meaning.Actions(arch, number, args).Should().Contain(actual, $"{ScmpArch.Get(arch).Name} {number}({string.Join(", ", args)}), {meaning.Describe(arch, number)}");
                }
            }
        }
    }

    private static Gen<LinuxSeccomp> Profile() =>
        from defaultAction in Mostly(Actions)
        from errno in Number()
        from architectures in Gen.ListOf(Mostly(Architectures), 3)
        from flags in Gen.ListOf(Mostly([.. SeccompFeatures.KnownFlags]), 1)
        from hasFlags in Gen.Elements(true, false, false)
        from listener in Gen.Elements(null, "", "/run/agent")
        from count in Gen.Choose(0, 8)
        from syscalls in Gen.ListOf(Syscall(), count)
        select new LinuxSeccomp
        {
            DefaultAction = defaultAction,
            DefaultErrnoRet = defaultAction is "SCMP_ACT_ERRNO" or "SCMP_ACT_TRACE" ? errno : null,
            Architectures = [.. architectures],
            Flags = hasFlags ? [.. flags] : null,
            ListenerPath = listener,
            Syscalls = [.. syscalls],
        };

    private static Gen<LinuxSyscall> Syscall() =>
        from count in Gen.Choose(1, 6)
        from names in Gen.ListOf(Gen.Frequency((60, Gen.Choose(0, SyscallNames.Count - 1).Select(SyscallNames.Name)), (1, Gen.Elements(Junk))), count)
        from action in Mostly(Actions)
        from errno in Number()
        from argCount in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(1, 8)))
        from args in Gen.ListOf(Arg(), argCount)
        select new LinuxSyscall
        {
            Names = [.. names],
            Action = action,
            ErrnoRet = action is "SCMP_ACT_ERRNO" or "SCMP_ACT_TRACE" ? errno : null,
            Args = [.. args],
        };

    private static Gen<LinuxSeccompArg> Arg() =>
        from index in Gen.Frequency((100, Gen.Choose(0, 5)), (1, Gen.Choose(6, int.MaxValue)))
        from op in Mostly([.. SeccompFeatures.Operators])
        from value in Operand()
        from two in Operand()
        select new LinuxSeccompArg { Index = (uint)index, Op = op, Value = value, ValueTwo = two };

    private static Gen<ulong> Operand() => Gen.Frequency(
        (2, Gen.Elements(0UL, 1UL, uint.MaxValue, 1UL << 32, ulong.MaxValue)),
        (1, from high in Gen.Choose(int.MinValue, int.MaxValue) from low in Gen.Choose(int.MinValue, int.MaxValue) select (ulong)(uint)high << 32 | (uint)low));

    private static Gen<uint?> Number() => Gen.Frequency<uint?>(
        (5, Gen.Constant<uint?>(null)),
        (5, Gen.Choose(0, 4095).Select(number => (uint?)number)),
        (1, Gen.Choose(4096, int.MaxValue).Select(number => (uint?)number)));

    private static Gen<string> Mostly(string[] names) => Gen.Frequency((60, Gen.Elements(names)), (1, Gen.Elements(Junk)));
}
