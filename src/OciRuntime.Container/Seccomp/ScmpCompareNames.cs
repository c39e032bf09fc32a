namespace OciRuntime.Container.Seccomp;

/// <summary>The names of <see cref="ScmpCompare"/> in a profile.</summary>
internal static class ScmpCompareNames
{
    public const int Count = 7;

    public static string Name(ScmpCompare op) => op switch
    {
        ScmpCompare.EQ => "SCMP_CMP_EQ",
        ScmpCompare.GE => "SCMP_CMP_GE",
        ScmpCompare.GT => "SCMP_CMP_GT",
        ScmpCompare.LE => "SCMP_CMP_LE",
        ScmpCompare.LT => "SCMP_CMP_LT",
        ScmpCompare.MASKED_EQ => "SCMP_CMP_MASKED_EQ",
        _ => "SCMP_CMP_NE",
    };

    /// <summary>False when there is no such operator.</summary>
    public static bool TryParse(string name, out ScmpCompare op)
    {
        for (op = 0; (int)op < Count; op++)
        {
            if (Name(op) == name)
                return true;
        }

        return false;
    }
}
