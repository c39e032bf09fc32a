using System;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>
/// The part of a filter for one value of <c>seccomp_data.arch</c>: a balanced search for the number of the call.
/// </summary>
internal ref struct SyscallSection
{
    // In a conditional decision, a flag: it is one of _second's.
    private const uint OfSecond = SyscallDecisions.Conditional >> 1;

    // A long run of numbers with one decision is where most calls are: it moves closer to the root, up to this length.
    private const uint LongRun = 32;

    private readonly SeccompProfile _profile;
    private readonly SyscallDecisions _first;
    private readonly SyscallDecisions _second;
    private SyscallRun[] _runs = new SyscallRun[512];
    private int _count;

    private SyscallSection(SeccompProfile profile, scoped ReadOnlySpan<int> architectures)
    {
        _profile = profile;
        _first = new SyscallDecisions(profile, ScmpArch.Get(architectures[0]));
        if (architectures.Length > 1)
            _second = new SyscallDecisions(profile, ScmpArch.Get(architectures[1]));
    }

    /// <summary>Writes the section; returns its position. The accumulator may hold anything.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="profile">Its <see cref="SeccompProfile.Architectures"/> have at least one with the value.</param>
    /// <param name="auditArch">The value.</param>
    public static int Write(ref BpfWriter writer, SeccompProfile profile, uint auditArch)
    {
        // x86_64 and x32 share the value; x86_64 has the lower numbers.
        Span<int> architectures = stackalloc int[2];
        int count = 0;
        for (int i = 0; i < ScmpArch.Count; i++)
        {
            if (ScmpArch.Get(i).AuditArch == auditArch && profile.Architectures.Contains(i))
                architectures[count++] = i;
        }

        var section = new SyscallSection(profile, architectures[..count]);
        section.AddRuns();
        int root = section.Search(ref writer, 0, section._count - 1);
        return section._count == 1 ? root : writer.Load(0, root);
    }

    private void AddRuns()
    {
        bool isX86 = _first.Arch.AuditArch == AUDIT_ARCH_X86_64;
        bool hasX86_64 = isX86 && _first.Arch.Base == 0;
        // A call of an ABI that the profile does not name is one of a foreign architecture.
        Add(0, isX86 && !hasX86_64 ? SeccompCompiler.BadArchitectureAction : _profile.DefaultAction);
        AddRuns(_first, 0);
        if (!hasX86_64)
            return;
        if (_second.Arch.Base != 0)
        {
            AddRuns(_second, OfSecond);
            return;
        }

        Add(ScmpArch.__X32_SYSCALL_BIT, SeccompCompiler.BadArchitectureAction);
        // A tracer cancels a call by making it number -1, which is no x32 call (seccomp(2), SECCOMP_RET_TRACE).
        Add(uint.MaxValue, _profile.DefaultAction);
    }

    private void AddRuns(in SyscallDecisions decisions, uint owner)
    {
        uint numberBase = decisions.Arch.Base;
        bool hasNewest = decisions.Newest >= 0 && numberBase + (uint)decisions.Newest > 0 || decisions.NewestPrivate > 0;
        // runc's rule: calls newer than the newest that the profile names do not exist for the container, so that a
        // C library tries an older one instead of giving up on EPERM.
        uint newer = hasNewest && !ScmpAction.IsPermissive(_profile.DefaultAction)
            ? SECCOMP_RET_ERRNO | (uint)Errno.ENOSYS
            : _profile.DefaultAction;

        Add(numberBase, _profile.DefaultAction);
        // s390 makes calls with large numbers, and so unknown ones too, through number 0 (runc).
        bool isS390 = decisions.Arch.AuditArch is AUDIT_ARCH_S390 or AUDIT_ARCH_S390X;
        for (int i = 0; i <= decisions.Newest; i++)
            Add(numberBase + (uint)i, i == 0 && isS390 ? newer : Owned(decisions[i], owner));
        Add(numberBase + (uint)(decisions.Newest + 1), newer);

        if (decisions.NewestPrivate < 0)
            return;
        Add(ScmpArch.__ARM_NR_BASE, _profile.DefaultAction);
        for (int i = 0; i <= decisions.NewestPrivate; i++)
            Add(ScmpArch.__ARM_NR_BASE + (uint)i, Owned(decisions.Private(i), owner));
        Add(ScmpArch.__ARM_NR_BASE + (uint)(decisions.NewestPrivate + 1), newer);
    }

    private static uint Owned(uint decision, uint owner) =>
        SyscallDecisions.IsConditional(decision) ? decision | owner : decision;

    private void Add(uint start, uint decision)
    {
        if (_count > 0 && _runs[_count - 1].Start == start)
            _count--;
        if (_count > 0 && _runs[_count - 1].Decision == decision)
            return;
        if (_count == _runs.Length)
        {
            var longer = new SyscallRun[2 * _count];
            _runs.CopyTo(longer, 0);
            _runs = longer;
        }

        _runs[_count++] = new(start, decision);
    }

    private readonly int Search(ref BpfWriter writer, int low, int high)
    {
        if (low == high)
            return Decide(ref writer, _runs[low].Decision);
        if (high - low == 2 && _runs[low].Decision == _runs[high].Decision && Length(low + 1) == 1)
        {
            int others = Decide(ref writer, _runs[low].Decision);
            int single = Decide(ref writer, _runs[low + 1].Decision);
            return writer.Jump(BPF_JEQ, _runs[low + 1].Start, single, others);
        }

        int middle = Middle(low, high);
        int above = Search(ref writer, middle, high);
        int below = Search(ref writer, low, middle - 1);
        return writer.Jump(BPF_JGE, _runs[middle].Start, above, below);
    }

    /// <summary>The first run of the upper half, by weight.</summary>
    private readonly int Middle(int low, int high)
    {
        uint total = 0;
        for (int i = low; i <= high; i++)
            total += Weight(i);
        uint below = 0;
        int middle = low;
        while (middle < high && (middle == low || 2 * below + Weight(middle) <= total))
            below += Weight(middle++);
        return middle;
    }

    private readonly uint Weight(int run) => Math.Min(Length(run), LongRun);

    private readonly uint Length(int run) => (run + 1 < _count ? _runs[run + 1].Start : 0) - _runs[run].Start;

    private readonly int Decide(ref BpfWriter writer, uint decision)
    {
        if (!SyscallDecisions.IsConditional(decision))
            return writer.Return(decision);
        SyscallDecisions decisions = (decision & OfSecond) == 0 ? _first : _second;
        return SyscallRules.Write(ref writer, _profile, decisions, (int)(decision & ~(SyscallDecisions.Conditional | OfSecond)));
    }
}
