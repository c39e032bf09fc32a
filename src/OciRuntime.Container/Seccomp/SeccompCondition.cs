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
    /// bounds; of two bounds the tighter one first. Conditions with different masks stay in the profile's order.
    /// </summary>
    public static int Compare(in SeccompCondition a, in SeccompCondition b, bool wide)
    {
        if (a.Index != b.Index)
            return b.Index.CompareTo(a.Index);
        int kind = Kind(a.Op);
        if (kind != Kind(b.Op))
            return kind.CompareTo(Kind(b.Op));
        int order = wide ? (b.Value >> 32).CompareTo(a.Value >> 32) : 0;
        if (order == 0 && (!wide || a.Mask == b.Mask))
            order = ((uint)b.Value).CompareTo((uint)a.Value);
        return kind == 1 ? -order : order;
    }

    private static int Kind(ScmpCompare op) => op switch
    {
        ScmpCompare.LE or ScmpCompare.LT => 1,
        ScmpCompare.GE or ScmpCompare.GT => 2,
        _ => 0,
    };
}
