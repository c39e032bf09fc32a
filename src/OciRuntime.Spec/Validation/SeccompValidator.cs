namespace OciRuntime.Spec;

/// <summary><c>linux.seccomp</c> (config-linux.md, "Seccomp"). Which system calls exist is the compiler's business.</summary>
internal static class SeccompValidator
{
    private const string Root = "linux.seccomp";

    public static void Validate(ProblemList problems, LinuxSeccomp seccomp)
    {
        bool notifies = false;
        ValidateAction(problems, Root, "defaultAction", seccomp.DefaultAction, "defaultErrnoRet", seccomp.DefaultErrnoRet);
        // The agent would be asked about its own messages before it gets the descriptor.
        if (seccomp.DefaultAction == "SCMP_ACT_NOTIFY")
            problems.Add(Root + ".defaultAction", "SCMP_ACT_NOTIFY cannot be the default");

        for (int i = 0; i < seccomp.Architectures?.Count; i++)
        {
            if (!IsArchitecture(seccomp.Architectures[i]))
                problems.AddUnknown(JsonPath.Item(Root + ".architectures", i), seccomp.Architectures[i], "an architecture");
        }
        for (int i = 0; i < seccomp.Flags?.Count; i++)
        {
            if (seccomp.Flags[i] is not ("SECCOMP_FILTER_FLAG_TSYNC" or "SECCOMP_FILTER_FLAG_LOG"
                or "SECCOMP_FILTER_FLAG_SPEC_ALLOW" or "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"))
            {
                problems.AddUnknown(JsonPath.Item(Root + ".flags", i), seccomp.Flags[i], "a filter flag");
            }
        }
        for (int i = 0; i < seccomp.Syscalls?.Count; i++)
        {
            ValidateRule(problems, JsonPath.Item(Root + ".syscalls", i), seccomp.Syscalls[i]);
            notifies |= seccomp.Syscalls[i].Action == "SCMP_ACT_NOTIFY";
        }

        if (notifies && string.IsNullOrEmpty(seccomp.ListenerPath))
            problems.Add(Root + ".listenerPath", "is missing: SCMP_ACT_NOTIFY needs it");
        if (!string.IsNullOrEmpty(seccomp.ListenerMetadata) && string.IsNullOrEmpty(seccomp.ListenerPath))
            problems.Add(Root + ".listenerMetadata", "must not be set without listenerPath");
    }

    private static void ValidateRule(ProblemList problems, string path, LinuxSyscall rule)
    {
        if (rule.Names.Count == 0)
            problems.Add(path + ".names", "is empty");
        ValidateAction(problems, path, "action", rule.Action, "errnoRet", rule.ErrnoRet);
        for (int i = 0; i < rule.Args?.Count; i++)
        {
            LinuxSeccompArg arg = rule.Args[i];
            if (arg.Index > 5)
                problems.Add(JsonPath.Item(path + ".args", i) + ".index", $"is {arg.Index}, must be from 0 to 5");
            if (arg.Op is not ("SCMP_CMP_NE" or "SCMP_CMP_LT" or "SCMP_CMP_LE" or "SCMP_CMP_EQ" or "SCMP_CMP_GE" or "SCMP_CMP_GT" or "SCMP_CMP_MASKED_EQ"))
                problems.AddUnknown(JsonPath.Item(path + ".args", i) + ".op", arg.Op, "an operator");
        }
    }

    private static void ValidateAction(ProblemList problems, string path, string name, string action, string errnoName, uint? errno)
    {
        switch (action)
        {
            case "SCMP_ACT_ERRNO":
                // The kernel's MAX_ERRNO: it would silently return this one for anything larger.
                if (errno > 4095)
                    problems.Add($"{path}.{errnoName}", $"is {errno}, must be from 0 to 4095");
                break;
            case "SCMP_ACT_TRACE":
                // SECCOMP_RET_DATA has 16 bits.
                if (errno > ushort.MaxValue)
                    problems.Add($"{path}.{errnoName}", $"is {errno}, must be from 0 to {ushort.MaxValue}");
                break;
            case "SCMP_ACT_KILL" or "SCMP_ACT_KILL_PROCESS" or "SCMP_ACT_KILL_THREAD" or "SCMP_ACT_TRAP" or "SCMP_ACT_ALLOW"
                or "SCMP_ACT_LOG" or "SCMP_ACT_NOTIFY":
                if (errno is not null)
                    problems.Add($"{path}.{errnoName}", $"cannot be used with {action}");
                break;
            default:
                problems.AddUnknown($"{path}.{name}", action, "an action");
                break;
        }
    }

    private static bool IsArchitecture(string name) => name is "SCMP_ARCH_X86" or "SCMP_ARCH_X86_64" or "SCMP_ARCH_X32"
        or "SCMP_ARCH_ARM" or "SCMP_ARCH_AARCH64"
        or "SCMP_ARCH_MIPS" or "SCMP_ARCH_MIPS64" or "SCMP_ARCH_MIPS64N32"
        or "SCMP_ARCH_MIPSEL" or "SCMP_ARCH_MIPSEL64" or "SCMP_ARCH_MIPSEL64N32"
        or "SCMP_ARCH_PPC" or "SCMP_ARCH_PPC64" or "SCMP_ARCH_PPC64LE"
        or "SCMP_ARCH_S390" or "SCMP_ARCH_S390X" or "SCMP_ARCH_PARISC" or "SCMP_ARCH_PARISC64"
        or "SCMP_ARCH_RISCV64" or "SCMP_ARCH_LOONGARCH64" or "SCMP_ARCH_M68K" or "SCMP_ARCH_SH" or "SCMP_ARCH_SHEB";
}
