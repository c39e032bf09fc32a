namespace OciRuntime.Linux;

// linux/seccomp.h
public static unsafe partial class LibC
{
    public const uint SECCOMP_SET_MODE_FILTER = 1;

    public const uint SECCOMP_FILTER_FLAG_TSYNC = 1 << 0;
    public const uint SECCOMP_FILTER_FLAG_LOG = 1 << 1;
    public const uint SECCOMP_FILTER_FLAG_SPEC_ALLOW = 1 << 2;
    public const uint SECCOMP_FILTER_FLAG_NEW_LISTENER = 1 << 3;
    public const uint SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 1 << 5;

    public const uint SECCOMP_RET_KILL_PROCESS = 0x80000000;
    public const uint SECCOMP_RET_KILL_THREAD = 0x00000000;
    public const uint SECCOMP_RET_TRAP = 0x00030000;
    public const uint SECCOMP_RET_ERRNO = 0x00050000;
    public const uint SECCOMP_RET_USER_NOTIF = 0x7fc00000;
    public const uint SECCOMP_RET_TRACE = 0x7ff00000;
    public const uint SECCOMP_RET_LOG = 0x7ffc0000;
    public const uint SECCOMP_RET_ALLOW = 0x7fff0000;

    /// <summary>The action; as a signed number, the smaller of two is the stricter.</summary>
    public const uint SECCOMP_RET_ACTION_FULL = 0xffff0000;

    public const uint SECCOMP_RET_DATA = 0x0000ffff;

    /// <summary>seccomp(2). With SECCOMP_FILTER_FLAG_NEW_LISTENER it returns a descriptor.</summary>
    public static int seccomp(uint operation, uint flags, void* args) =>
        (int)syscall(SyscallNumber.seccomp, (nint)operation, (nint)flags, (nint)args);
}
