using System;
using System.Collections.Generic;
using System.Linq;
using OciRuntime.Container.Seccomp;
using OciRuntime.Container.Seccomp.Tables;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>
/// What runc makes of a profile: libseccomp's program, and before it runc's own stub that answers ENOSYS to calls
/// newer than the profile (libcontainer/seccomp/patchbpf), here as a function.
/// </summary>
internal sealed class RuncFilter
{
    private const uint Enosys = SECCOMP_RET_ERRNO | 38;

    private readonly BpfInterpreter _libseccomp;
    private readonly Dictionary<int, uint> _newest = [];

    private RuncFilter(BpfInterpreter libseccomp) => _libseccomp = libseccomp;

    /// <summary>Compiles; null when libseccomp refuses the rules as contradictory (EEXIST).</summary>
    /// <param name="profile">A valid profile whose names libseccomp knows.</param>
    /// <param name="architectures">All of its architectures, the native one too.</param>
    public static unsafe RuncFilter? Compile(LinuxSeccomp profile, IReadOnlyList<int> architectures)
    {
        uint defaultAction = Action(profile.DefaultAction, profile.DefaultErrnoRet);
        nint context = LibSeccomp.seccomp_init(defaultAction);
        if (context == 0)
            throw new InvalidOperationException("seccomp_init");
        try
        {
            if (!architectures.Contains(ScmpArch.X86_64))
                Check(LibSeccomp.seccomp_arch_remove(context, Token(ScmpArch.X86_64)));
            foreach (int arch in architectures)
            {
                if (arch != ScmpArch.X86_64)
                    Check(LibSeccomp.seccomp_arch_add(context, Token(arch)));
            }

            if (profile.Syscalls!.Sum(syscall => syscall.Names.Count) > 32)
                Check(LibSeccomp.Optimize(context));
            foreach (LinuxSyscall syscall in profile.Syscalls!)
            {
                uint action = Action(syscall.Action, syscall.ErrnoRet);
                if (action == defaultAction)
                    continue;
                LibSeccomp.scmp_arg_cmp[] conditions = (syscall.Args ?? []).Select(Condition).ToArray();
                bool split = conditions.Select(condition => condition.arg).Distinct().Count() < conditions.Length;
                foreach (string name in syscall.Names)
                {
                    int number = LibSeccomp.seccomp_syscall_resolve_name(name);
                    if (number == LibSeccomp.__NR_SCMP_ERROR)
                        throw new InvalidOperationException($"libseccomp does not know {name}");
                    foreach (LibSeccomp.scmp_arg_cmp[] part in split ? conditions.Select(condition => new[] { condition }) : [conditions])
                    {
                        fixed (LibSeccomp.scmp_arg_cmp* args = part)
                        {
                            int result = LibSeccomp.seccomp_rule_add_array(context, action, number, (uint)part.Length, args);
                            if (result == -LibSeccomp.EEXIST)
                                return null;
                            Check(result);
                        }
                    }
                }
            }

            HashSet<uint> actions = profile.Syscalls!.Select(syscall => Action(syscall.Action, syscall.ErrnoRet))
                .Append(defaultAction)
                .Append(SECCOMP_RET_KILL_THREAD)
                .ToHashSet();
            bool bigEndian = ScmpArch.Get(architectures[0]).IsBigEndian;
            var filter = new RuncFilter(new BpfInterpreter(LibSeccomp.Export(context, bigEndian, actions), bigEndian));
            if (!ScmpAction.IsPermissive(defaultAction))
                filter.FindNewest(profile, architectures);
            return filter;
        }
        finally
        {
            LibSeccomp.seccomp_release(context);
        }
    }

    /// <summary>What happens to a call.</summary>
    public uint Run(uint auditArch, uint number, ReadOnlySpan<ulong> args)
    {
        foreach ((int arch, uint newest) in _newest)
        {
            if (ScmpArch.Get(arch).AuditArch != auditArch)
                continue;
            // The two ABIs of x86_64 have a newest call each; without x32, its calls are left to libseccomp.
            if (arch is ScmpArch.X86_64 or ScmpArch.X32 && (number & ScmpArch.__X32_SYSCALL_BIT) != 0 != (arch == ScmpArch.X32))
                continue;
            if (number > newest || number == 0 && auditArch is AUDIT_ARCH_S390 or AUDIT_ARCH_S390X)
                return Enosys;
        }

        return RunWithoutStub(auditArch, number, args);
    }

    /// <summary>What libseccomp's program alone says.</summary>
    public uint RunWithoutStub(uint auditArch, uint number, ReadOnlySpan<ulong> args) =>
        _libseccomp.Run(auditArch, number, args);

    /// <summary>The highest number that the profile names; null when runc makes no stub.</summary>
    public uint? Newest(int arch) => _newest.TryGetValue(arch, out uint newest) ? newest : null;

    /// <summary>libseccomp's own number of an architecture.</summary>
    public static uint Token(int arch) =>
        arch == ScmpArch.X32 ? EM_X86_64 | __AUDIT_ARCH_LE : ScmpArch.Get(arch).AuditArch;

    private void FindNewest(LinuxSeccomp profile, IReadOnlyList<int> architectures)
    {
        foreach (int arch in architectures)
        {
            int newest = profile.Syscalls!.SelectMany(syscall => syscall.Names)
                .Select(name => LibSeccomp.seccomp_syscall_resolve_name_arch(Token(arch), name))
                .Append(0)
                .Max();
            if (newest != 0)
                _newest[arch] = (uint)newest;
        }
    }

    private static uint Action(string name, uint? data)
    {
        if (!ScmpAction.TryParse(name, out uint action))
            throw new ArgumentException(name);
        return ScmpAction.HasData(action) ? action | (data ?? 1) : action;
    }

    private static LibSeccomp.scmp_arg_cmp Condition(LinuxSeccompArg arg) => new()
    {
        arg = arg.Index,
        op = Array.IndexOf(
            ["", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"],
            arg.Op),
        datum_a = arg.Value,
        datum_b = arg.ValueTwo ?? 0,
    };

    private static void Check(int result)
    {
        if (result < 0)
            throw new InvalidOperationException($"libseccomp: {result}");
    }
}
