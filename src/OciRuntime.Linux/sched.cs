using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sched.h, linux/sched.h
public static unsafe partial class LibC
{
    public const ulong CLONE_NEWTIME = 0x80;
    public const ulong CLONE_PIDFD = 0x1000;
    public const ulong CLONE_PARENT = 0x8000;
    public const ulong CLONE_NEWNS = 0x20000;
    public const ulong CLONE_NEWCGROUP = 0x02000000;
    public const ulong CLONE_NEWUTS = 0x04000000;
    public const ulong CLONE_NEWIPC = 0x08000000;
    public const ulong CLONE_NEWUSER = 0x10000000;
    public const ulong CLONE_NEWPID = 0x20000000;
    public const ulong CLONE_NEWNET = 0x40000000;
    public const ulong CLONE_INTO_CGROUP = 0x200000000;

    public const uint SCHED_DEADLINE = 6;

    [StructLayout(LayoutKind.Sequential)]
    public struct sched_attr
    {
        public uint size;
        public uint sched_policy;
        public ulong sched_flags;
        public int sched_nice;
        public uint sched_priority;
        public ulong sched_runtime;
        public ulong sched_deadline;
        public ulong sched_period;
        public uint sched_util_min;
        public uint sched_util_max;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct clone_args
    {
        public ulong flags;
        public ulong pidfd;
        public ulong child_tid;
        public ulong parent_tid;
        public ulong exit_signal;
        public ulong stack;
        public ulong stack_size;
        public ulong tls;
        public ulong set_tid;
        public ulong set_tid_size;
        public ulong cgroup;
    }

    /// <summary>
    /// As <c>fork</c>: returns 0 in the child, which has this one thread and a copy of the memory. glibc's fork
    /// handlers do not run, so no other thread may hold a lock of the allocator or of the runtime: there is none.
    /// </summary>
    public static int clone3(clone_args* args) =>
        (int)syscall(SyscallNumber.clone3, (nint)args, sizeof(clone_args));

    [DllImport(libc, SetLastError = true)]
    public static extern int unshare(int flags);

    [DllImport(libc, SetLastError = true)]
    public static extern int setns(int fd, int nstype);

    [DllImport(libc, SetLastError = true)]
    public static extern int sched_setaffinity(int pid, nint size, void* mask);

    [DllImport(libc, SetLastError = true)]
    public static extern int sched_yield();

    public static int sched_setattr(int pid, sched_attr* attributes, uint flags) =>
        (int)syscall(SyscallNumber.sched_setattr, pid, (nint)attributes, (nint)flags);
}
