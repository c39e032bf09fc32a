namespace OciRuntime.Spec;

/// <summary>A condition on an argument (config-linux.md, "Seccomp", syscalls[].args).</summary>
public sealed record LinuxSeccompArg
{
    /// <summary>Which argument, 0 to 5.</summary>
    [Required]
    public uint Index { get; init; }

    /// <summary>Operand; the mask of <c>SCMP_CMP_MASKED_EQ</c>.</summary>
    [Required]
    public ulong Value { get; init; }

    /// <summary>Second operand of <c>SCMP_CMP_MASKED_EQ</c>.</summary>
    public ulong? ValueTwo { get; init; }

    /// <summary>Name as <c>SCMP_CMP_EQ</c>.</summary>
    [Required]
    public string Op { get; init; } = "";
}
