using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>The actions of a profile (config-linux.md, "Seccomp", action) and what they are to the kernel.</summary>
internal static class ScmpAction
{
    /// <summary>How many there are; indices are 0 to <see cref="Count"/> - 1.</summary>
    public const int Count = 9;

    /// <summary>The name with this index, in alphabetical order.</summary>
    public static string Name(int index) => Get(index).Name;

    /// <summary>The kernel's value for a name, without its data; false when there is no such action.</summary>
    public static bool TryParse(string name, out uint action)
    {
        for (int i = 0; i < Count; i++)
        {
            (string candidate, action) = Get(i);
            if (candidate == name)
                return true;
        }

        action = 0;
        return false;
    }

    /// <summary>The action carries an error number (ERRNO) or a number for the tracer (TRACE).</summary>
    public static bool HasData(uint action) =>
        (action & SECCOMP_RET_ACTION_FULL) is SECCOMP_RET_ERRNO or SECCOMP_RET_TRACE;

    /// <summary>
    /// The call goes on, or a tracer decides. runc's rule for who needs no ENOSYS for calls that the profile is too
    /// old to know: a tracer is expected to know what to do with them.
    /// </summary>
    public static bool IsPermissive(uint action) =>
        (action & SECCOMP_RET_ACTION_FULL) is SECCOMP_RET_ALLOW or SECCOMP_RET_LOG or SECCOMP_RET_TRACE;

    /// <summary>The first action gives a process at most what the second one gives it (seccomp(2), precedence).</summary>
    public static bool IsAsStrictAs(uint action, uint other) =>
        (int)(action & SECCOMP_RET_ACTION_FULL) <= (int)(other & SECCOMP_RET_ACTION_FULL);

    private static (string Name, uint Action) Get(int index) => index switch
    {
        0 => ("SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW),
        1 => ("SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO),
        2 => ("SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD),
        3 => ("SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS),
        4 => ("SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD),
        5 => ("SCMP_ACT_LOG", SECCOMP_RET_LOG),
        6 => ("SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF),
        7 => ("SCMP_ACT_TRACE", SECCOMP_RET_TRACE),
        _ => ("SCMP_ACT_TRAP", SECCOMP_RET_TRAP),
    };
}
