using System;
using OciRuntime.Container.Seccomp.Tables;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>What a profile says about each call of one architecture.</summary>
/// <remarks>
/// libseccomp's rules for several entries on one call: an entry without conditions wins over those with, and the
/// first one without conditions wins over later ones. Entries whose action is the default action say nothing (runc).
/// </remarks>
internal ref struct SyscallDecisions
{
    /// <summary>A decision that is no action but this and the index of the first of a list of rules, see <see cref="Rule"/>.</summary>
    public const uint Conditional = 0x20000000;

    private const uint None = uint.MaxValue;
    private const int PrivateCalls = 8;

    private readonly SeccompProfile _profile;
    private readonly ScmpArch _arch;
    private readonly uint[] _decisions = new uint[1024];
    private readonly uint[] _privateDecisions = new uint[PrivateCalls];
    private (SeccompRule Rule, int Next, int Last)[] _rules = new (SeccompRule, int, int)[16];
    private int _ruleCount;

    /// <summary>Collects the decisions of a profile for an architecture.</summary>
    public SyscallDecisions(SeccompProfile profile, ScmpArch arch)
    {
        _profile = profile;
        _arch = arch;
        _decisions.AsSpan().Fill(None);
        _privateDecisions.AsSpan().Fill(None);
        ReadOnlySpan<ushort> numbers = arch.Numbers;
        ushort socketcall = numbers[SyscallNames.IndexOf("socketcall")];
        ushort ipc = numbers[SyscallNames.IndexOf("ipc")];
        int unseen = -1;
        foreach ((int name, int index) in profile.Names)
        {
            SeccompRule rule = profile.Rules[index];
            ushort number = numbers[name];
            if (number != ScmpArch.NoCall)
            {
                Notice(number);
                if (rule.Action != profile.DefaultAction)
                    Decide(number, rule);
            }

            if (socketcall == ScmpArch.NoCall || rule.Action == profile.DefaultAction)
                continue;
            int call = SyscallNames.SocketCall(name);
            bool isIpc = call == 0;
            if (isIpc)
                call = SyscallNames.IpcCall(name);
            if (call != 0 && !DecideMultiplexed(isIpc ? ipc : socketcall, call, isIpc ? 0xffffu : uint.MaxValue, rule))
                unseen = isIpc ? ipc : socketcall;
        }

        if (unseen >= 0 && IsConditional(_decisions[unseen]))
            profile.Warn($"linux.seccomp: on {arch.Name}, conditions cannot be checked behind socketcall and ipc, and calls that are made so get the default action");
    }

    /// <summary>The highest number, without the base, that the profile names; -1: it names none.</summary>
    public int Newest { get; private set; } = -1;

    /// <summary>The same for ARM's private calls, 0 to 7.</summary>
    public int NewestPrivate { get; private set; } = -1;

    /// <summary>The architecture that this is about.</summary>
    public readonly ScmpArch Arch => _arch;

    /// <summary>A list's rule at an index, and the index of the next one or -1.</summary>
    public readonly SeccompRule Rule(int index, out int next)
    {
        (SeccompRule rule, next, _) = _rules[index];
        return rule;
    }

    /// <summary>What happens to a call: an action, or <see cref="Conditional"/> and an index.</summary>
    public readonly uint this[int number] => OrDefault(_decisions[number]);

    /// <summary>The same for ARM's private calls.</summary>
    public readonly uint Private(int number) => OrDefault(_privateDecisions[number]);

    /// <summary>Whether a decision is a list of rules. No action (SECCOMP_RET_*) has these three bits.</summary>
    public static bool IsConditional(uint decision) => decision >> 29 == Conditional >> 29;

    private readonly uint OrDefault(uint decision) => decision == None ? _profile.DefaultAction : decision;

    private void Notice(ushort number)
    {
        if (number < ScmpArch.PrivateCall)
            Newest = Math.Max(Newest, number);
        else
            NewestPrivate = Math.Max(NewestPrivate, number - ScmpArch.PrivateCall);
    }

    private void Decide(ushort number, SeccompRule rule)
    {
        ref uint decision = ref number < ScmpArch.PrivateCall
            ? ref _decisions[number]
            : ref _privateDecisions[number - ScmpArch.PrivateCall];
        if (decision != None && !IsConditional(decision))
            return;
        int count = rule.ConditionCount;
        for (int i = 0; i < rule.ConditionCount; i++)
        {
            if (_profile.Conditions[rule.FirstCondition + i].IsEmpty(_arch.IsWide))
                count = rule.IsAnyOf ? 0 : count - 1;
        }

        if (count <= 0)
        {
            decision = rule.Action;
        }
        else if (rule.IsAnyOf)
        {
            for (int i = 0; i < rule.ConditionCount; i++)
                Append(ref decision, rule with { FirstCondition = rule.FirstCondition + i, ConditionCount = 1 });
        }
        else
        {
            Append(ref decision, rule);
        }
    }

    /// <summary>
    /// Older architectures have one call for all of sockets and one for all of System V IPC, and programs may use
    /// either form. Behind it the arguments are in memory, out of a filter's sight: a rule with conditions is then
    /// applied to all uses where it is stricter than the default action, and to none where it is not. (libseccomp
    /// drops the condition on the first argument in both cases, which lets through more than the profile says.)
    /// </summary>
    /// <returns>False: the rule was not applied.</returns>
    private bool DecideMultiplexed(ushort number, int call, uint mask, SeccompRule rule)
    {
        if (rule.ConditionCount > 0 && !ScmpAction.IsAsStrictAs(rule.Action, _profile.DefaultAction))
            return false;
        // The kernel reads a 32-bit call number; in that of ipc(2) the upper half is a version.
        int condition = _profile.Add(new(0, ScmpCompare.MASKED_EQ, (uint)call, mask));
        Decide(number, new(rule.Entry, rule.Action, condition, 1, IsAnyOf: false));
        return true;
    }

    private void Append(ref uint decision, SeccompRule rule)
    {
        // Each needs instructions of its own. A small config can have billions: each name of an entry has each of its conditions.
        if (_ruleCount == BPF_MAXINSNS)
            throw BpfWriter.TooLong();
        if (_ruleCount == _rules.Length)
        {
            var longer = new (SeccompRule, int, int)[2 * _ruleCount];
            _rules.CopyTo(longer, 0);
            _rules = longer;
        }

        if (decision == None)
            decision = Conditional | (uint)_ruleCount;
        int first = (int)(decision & ~Conditional);
        if (first != _ruleCount)
            _rules[_rules[first].Last].Next = _ruleCount;
        _rules[first].Last = _ruleCount;
        (_rules[_ruleCount].Rule, _rules[_ruleCount].Next) = (rule, -1);
        _ruleCount++;
    }
}
