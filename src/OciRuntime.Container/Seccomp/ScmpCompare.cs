namespace OciRuntime.Container.Seccomp;

/// <summary>The operators of a profile (config-linux.md, "Seccomp", op), in alphabetical order.</summary>
internal enum ScmpCompare : byte
{
    EQ,
    GE,
    GT,
    LE,
    LT,
    MASKED_EQ,
    NE,
}
