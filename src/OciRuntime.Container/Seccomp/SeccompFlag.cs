using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>The flags of a profile (config-linux.md, "Seccomp", flags).</summary>
internal static class SeccompFlag
{
    /// <summary>How many there are; indices are 0 to <see cref="Count"/> - 1.</summary>
    public const int Count = 4;

    /// <summary>The name and the kernel's value, in runc's order.</summary>
    public static (string Name, uint Flag) Get(int index) => index switch
    {
        0 => ("SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC),
        1 => ("SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW),
        2 => ("SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG),
        _ => ("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV),
    };

    /// <summary>False when there is no such flag.</summary>
    public static bool TryParse(string name, out uint flag)
    {
        for (int i = 0; i < Count; i++)
        {
            (string candidate, flag) = Get(i);
            if (candidate == name)
                return true;
        }

        flag = 0;
        return false;
    }

    /// <summary>
    /// The running kernel accepts the flag: with no program at all it fails on the missing program (EFAULT) after
    /// it looked at the flags (EINVAL).
    /// </summary>
    public static unsafe bool IsSupported(uint flag)
    {
        // The kernel takes this one only together with a listener.
        if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
            flag |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
        return seccomp(SECCOMP_SET_MODE_FILTER, flag, null) < 0 && errno == Linux.Errno.EFAULT;
    }
}
