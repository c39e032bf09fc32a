using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

/// <summary>
/// Numbers of the system calls made without glibc, from <c>asm/unistd.h</c>. From 424 on they are the same on
/// every architecture; the older ones differ and are chosen by the architecture of the process.
/// </summary>
internal static class SyscallNumber
{
    private static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static nint capget => IsX64 ? 125 : 90;
    public static nint capset => IsX64 ? 126 : 91;
    public static nint execveat => IsX64 ? 322 : 281;
    public static nint exit_group => IsX64 ? 231 : 94;
    public static nint getpid => IsX64 ? 39 : 172;
    public static nint getppid => IsX64 ? 110 : 173;
    public static nint gettid => IsX64 ? 186 : 178;
    public static nint getcwd => IsX64 ? 79 : 17;
    public static nint getdents64 => IsX64 ? 217 : 61;
    public static nint ioprio_set => IsX64 ? 251 : 30;
    public static nint keyctl => IsX64 ? 250 : 219;
    public static nint memfd_create => IsX64 ? 319 : 279;
    public static nint pivot_root => IsX64 ? 155 : 41;
    public static nint rt_sigaction => IsX64 ? 13 : 134;
    public static nint rt_sigprocmask => IsX64 ? 14 : 135;
    public static nint rt_sigtimedwait => IsX64 ? 128 : 137;
    public static nint sched_setattr => IsX64 ? 314 : 274;
    public static nint seccomp => IsX64 ? 317 : 277;
    public static nint set_mempolicy => IsX64 ? 238 : 237;
    public static nint setgroups => IsX64 ? 116 : 159;
    public static nint setresgid => IsX64 ? 119 : 149;
    public static nint setresuid => IsX64 ? 117 : 147;
    public static nint signalfd4 => IsX64 ? 289 : 74;
    public static nint bpf => IsX64 ? 321 : 280;

    public const nint pidfd_send_signal = 424;
    public const nint open_tree = 428;
    public const nint move_mount = 429;
    public const nint fsopen = 430;
    public const nint fsconfig = 431;
    public const nint fsmount = 432;
    public const nint fspick = 433;
    public const nint pidfd_open = 434;
    public const nint clone3 = 435;
    public const nint close_range = 436;
    public const nint openat2 = 437;
    public const nint pidfd_getfd = 438;
    public const nint faccessat2 = 439;
    public const nint mount_setattr = 442;
}
