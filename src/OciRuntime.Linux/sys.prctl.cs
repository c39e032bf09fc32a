using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/prctl.h, linux/capability.h
public static unsafe partial class LibC
{
    public const int PR_SET_PDEATHSIG = 1;
    public const int PR_SET_DUMPABLE = 4;
    public const int PR_SET_KEEPCAPS = 8;
    public const int PR_CAPBSET_READ = 23;
    public const int PR_CAPBSET_DROP = 24;
    public const int PR_SET_CHILD_SUBREAPER = 36;
    public const int PR_SET_NO_NEW_PRIVS = 38;
    public const int PR_CAP_AMBIENT = 47;
    public const int PR_CAP_AMBIENT_RAISE = 2;
    public const int PR_CAP_AMBIENT_CLEAR_ALL = 4;

    public const uint _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    public struct cap_user_header
    {
        public uint version;
        public int pid;
    }

    public struct cap_user_data
    {
        public uint effective;
        public uint permitted;
        public uint inheritable;
    }

    [DllImport(libc, SetLastError = true)]
    public static extern int prctl(int option, nint arg2, nint arg3, nint arg4, nint arg5);

    public static int prctl(int option, nint arg2) => prctl(option, arg2, 0, 0, 0);

    /// <summary><paramref name="data"/>: two structures, for capabilities 0 to 31 and 32 to 63.</summary>
    public static int capset(cap_user_header* header, cap_user_data* data) =>
        (int)syscall(SyscallNumber.capset, (nint)header, (nint)data);

    /// <inheritdoc cref="capset"/>
    public static int capget(cap_user_header* header, cap_user_data* data) =>
        (int)syscall(SyscallNumber.capget, (nint)header, (nint)data);
}
