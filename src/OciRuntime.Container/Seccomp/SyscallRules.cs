using System;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>The part of a filter for one call whose rules have conditions on arguments.</summary>
internal static class SyscallRules
{
    // In seccomp_data.
    private const int ArgsOffset = 16;

    /// <summary>Writes the rules of a list of <paramref name="decisions"/>; returns their position.</summary>
    public static int Write(ref BpfWriter writer, SeccompProfile profile, in SyscallDecisions decisions, int first)
    {
        int count = 0;
        bool isMixed = false;
        uint action = decisions.Rule(first, out _).Action;
        for (int i = first; i >= 0; count++)
            isMixed |= decisions.Rule(i, out i).Action != action;
        // Each needs two instructions at least: no need to sort what cannot be written.
        if (2 * count > BPF_MAXINSNS)
            throw BpfWriter.TooLong();

        var rules = new SeccompRule[count];
        for (int i = first, n = 0; i >= 0; n++)
            rules[n] = decisions.Rule(i, out i);
        // Rules with the same action may be tried in any order.
        if (isMixed)
            Sort(rules, profile, decisions.Arch.IsWide);

        int otherwise = writer.Return(profile.DefaultAction);
        for (int i = count - 1; i >= 0; i--)
        {
            int next = writer.Return(rules[i].Action);
            for (int j = rules[i].ConditionCount - 1; j >= 0; j--)
            {
                SeccompCondition condition = profile.Conditions[rules[i].FirstCondition + j];
                if (!condition.IsEmpty(decisions.Arch.IsWide))
                    next = Write(ref writer, condition, decisions.Arch, next, otherwise);
            }

            otherwise = next;
        }

        return otherwise;
    }

    private static int Write(ref BpfWriter writer, in SeccompCondition condition, ScmpArch arch, int yes, int no)
    {
        if (condition.Op is ScmpCompare.NE or ScmpCompare.LT or ScmpCompare.LE)
            (yes, no) = (no, yes);
        ushort comparison = condition.Op switch
        {
            ScmpCompare.GT or ScmpCompare.LE => BPF_JGT,
            ScmpCompare.GE or ScmpCompare.LT => BPF_JGE,
            _ => BPF_JEQ,
        };
        int low = ArgsOffset + 8 * condition.Index + (arch.IsBigEndian ? 4 : 0);
        int high = low ^ 4;
        uint highMask = (uint)(condition.Mask >> 32);
        uint highValue = (uint)(condition.Value >> 32);

        int position = yes;
        if ((uint)condition.Mask != 0)
        {
            writer.Jump(comparison, (uint)condition.Value, yes, no);
            writer.And((uint)condition.Mask);
            position = writer.Load(low, writer.Here);
        }

        if (!arch.IsWide || highMask == 0)
            return position;
        int jump = writer.Jump(BPF_JEQ, highValue, position, no);
        if (comparison != BPF_JEQ)
            jump = writer.Jump(BPF_JGT, highValue, yes, jump);
        else
            writer.And(highMask);
        return writer.Load(high, writer.Here);
    }

    /// <summary>libseccomp's order, which decides between rules that both match; earlier entries before later ones.</summary>
    /// <exception cref="Errors.ContainerException">Two rules have the same conditions and different actions (libseccomp: EEXIST).</exception>
    private static void Sort(SeccompRule[] rules, SeccompProfile profile, bool wide)
    {
        for (int i = 1; i < rules.Length; i++)
        {
            SeccompRule rule = rules[i];
            int j = i;
            for (; j > 0 && Compare(rule, rules[j - 1], profile, wide) < 0; j--)
                rules[j] = rules[j - 1];
            rules[j] = rule;
            for (int k = j - 1; k >= 0 && Compare(rule, rules[k], profile, wide) == 0; k--)
            {
                if (rules[k].Action != rule.Action && IsSame(rule, rules[k], profile, wide))
                    throw SeccompProfile.InvalidEntry(rule.Entry, $"has the call and the conditions of syscalls[{rules[k].Entry}] and another action");
            }
        }
    }

    private static int Compare(in SeccompRule a, in SeccompRule b, SeccompProfile profile, bool wide)
    {
        ReadOnlySpan<SeccompCondition> x = profile.Conditions.AsSpan(a.FirstCondition, a.ConditionCount);
        ReadOnlySpan<SeccompCondition> y = profile.Conditions.AsSpan(b.FirstCondition, b.ConditionCount);
        for (; ; x = x[1..], y = y[1..])
        {
            while (!x.IsEmpty && x[0].IsEmpty(wide))
                x = x[1..];
            while (!y.IsEmpty && y[0].IsEmpty(wide))
                y = y[1..];
            if (x.IsEmpty || y.IsEmpty)
                return x.Length.CompareTo(y.Length);
            int order = SeccompCondition.Compare(x[0], y[0], wide);
            if (order != 0)
                return order;
        }
    }

    private static bool IsSame(in SeccompRule a, in SeccompRule b, SeccompProfile profile, bool wide)
    {
        // They compared as equal: what may still differ is in the operators and the masks.
        ReadOnlySpan<SeccompCondition> x = profile.Conditions.AsSpan(a.FirstCondition, a.ConditionCount);
        ReadOnlySpan<SeccompCondition> y = profile.Conditions.AsSpan(b.FirstCondition, b.ConditionCount);
        if (x.Length != y.Length)
            return false;
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i].Op != y[i].Op || (wide ? x[i].Mask != y[i].Mask : (uint)x[i].Mask != (uint)y[i].Mask))
                return false;
        }

        return true;
    }
}
