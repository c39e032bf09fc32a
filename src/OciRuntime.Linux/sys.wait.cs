using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// sys/wait.h
public static unsafe partial class LibC
{
    public const int WNOHANG = 1;
    public const int WEXITED = 4;
    public const int WNOWAIT = 0x1000000;
    public const int __WALL = 0x40000000;

    public const int P_ALL = 0;
    public const int P_PID = 1;
    public const int P_PIDFD = 3;

    public const int CLD_EXITED = 1;

    /// <summary>The members of <c>siginfo_t</c> that <c>waitid</c> fills in.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct waitid_info
    {
        public int si_signo;
        public int si_errno;
        public int si_code;
        private readonly int _pad;
        public int si_pid;
        public uint si_uid;
        public int si_status;
    }

    [DllImport(libc, SetLastError = true)]
    public static extern int waitid(int idtype, uint id, waitid_info* info, int options);
}
