namespace OciRuntime.Container.Seccomp;

/// <summary>A comparison of one argument with a constant.</summary>
/// <param name="Index">Which argument, 0 to 5.</param>
/// <param name="Op">How it is compared.</param>
/// <param name="Value">With what; masked already for <see cref="ScmpCompare.MASKED_EQ"/>.</param>
/// <param name="Mask">The bits that count: all but for <see cref="ScmpCompare.MASKED_EQ"/>.</param>
internal readonly record struct SeccompCondition(byte Index, ScmpCompare Op, ulong Value, ulong Mask)
{
    /// <summary>No argument can fail it. libseccomp then leaves the condition out, and a rule may have none left.</summary>
    public bool IsEmpty(bool wide) => (wide ? Mask : (uint)Mask) == 0;

    /// <summary>
    /// The order in which libseccomp tries conditions of different rules on the same call, which decides when two
    /// rules with different actions both match: higher arguments first, then equalities, upper bounds and lower
    /// bounds; of two bounds the tighter one first.
    /// </summary>
    public static int Compare(in SeccompCondition a, in SeccompCondition b, bool wide)
    {
        if (a.Index != b.Index)
            return b.Index.CompareTo(a.Index);
        int byKind = Kind(a.Op).CompareTo(Kind(b.Op));
        if (byKind != 0)
            return byKind;
        ulong x = wide ? a.Value : (uint)a.Value;
        ulong y = wide ? b.Value : (uint)b.Value;
        return Kind(a.Op) == 1 ? x.CompareTo(y) : y.CompareTo(x);
    }

    private static int Kind(ScmpCompare op) => op switch
    {
        ScmpCompare.LE or ScmpCompare.LT => 1,
        ScmpCompare.GE or ScmpCompare.GT => 2,
        _ => 0,
    };
}
