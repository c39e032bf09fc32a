namespace OciRuntime.Linux;

// linux/keyctl.h
public static unsafe partial class LibC
{
    public const int KEYCTL_JOIN_SESSION_KEYRING = 1;
    public const int KEYCTL_SETPERM = 5;
    public const int KEYCTL_DESCRIBE = 6;

    public static nint keyctl(int operation, CString argument)
    {
        fixed (byte* p = argument)
            return syscall(SyscallNumber.keyctl, operation, (nint)p);
    }

    public static nint keyctl(int operation, nint arg2, nint arg3, nint arg4) =>
        syscall(SyscallNumber.keyctl, operation, arg2, arg3, arg4);
}
