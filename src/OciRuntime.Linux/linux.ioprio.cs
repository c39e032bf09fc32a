namespace OciRuntime.Linux;

// linux/ioprio.h
public static unsafe partial class LibC
{
    public const int IOPRIO_CLASS_SHIFT = 13;
    public const int IOPRIO_CLASS_RT = 1;
    public const int IOPRIO_CLASS_BE = 2;
    public const int IOPRIO_CLASS_IDLE = 3;
    public const int IOPRIO_WHO_PROCESS = 1;

    public static int ioprio_set(int which, int who, int priority) =>
        (int)syscall(SyscallNumber.ioprio_set, which, who, priority);
}
