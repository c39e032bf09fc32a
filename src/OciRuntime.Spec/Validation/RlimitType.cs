namespace OciRuntime.Spec;

/// <summary>Resources that have a limit (getrlimit(2)).</summary>
public static class RlimitType
{
    /// <summary>
    /// The kernel's number of a name such as <c>RLIMIT_NOFILE</c>, -1 for other names. The numbers are those of
    /// asm-generic/resource.h, which x86, Arm, RISC-V, PowerPC, LoongArch and s390 share.
    /// </summary>
    public static int Number(string name) => name switch
    {
        "RLIMIT_CPU" => 0,
        "RLIMIT_FSIZE" => 1,
        "RLIMIT_DATA" => 2,
        "RLIMIT_STACK" => 3,
        "RLIMIT_CORE" => 4,
        "RLIMIT_RSS" => 5,
        "RLIMIT_NPROC" => 6,
        "RLIMIT_NOFILE" => 7,
        "RLIMIT_MEMLOCK" => 8,
        "RLIMIT_AS" => 9,
        "RLIMIT_LOCKS" => 10,
        "RLIMIT_SIGPENDING" => 11,
        "RLIMIT_MSGQUEUE" => 12,
        "RLIMIT_NICE" => 13,
        "RLIMIT_RTPRIO" => 14,
        "RLIMIT_RTTIME" => 15,
        _ => -1,
    };
}
