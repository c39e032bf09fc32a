using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>How a child ended, as a shell tells it: its exit status, or 128 + n for signal n.</summary>
public static unsafe class ExitStatus
{
    /// <summary>Waits for the child to end and reaps it.</summary>
    public static int Wait(FileDescriptor pidfd)
    {
        waitid_info info = default;
        while (waitid(P_PIDFD, (uint)(int)pidfd, &info, WEXITED | __WALL) < 0)
        {
            if (errno != Errno.EINTR)
                throw new LinuxException("waitid", errno);
        }

        return From(info);
    }

    public static int From(in waitid_info info) =>
        info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;

    /// <summary>As Go prints it: <c>exit status 3</c>, <c>signal: 9</c>.</summary>
    public static string Describe(int status) => status > 128 ? $"signal: {status - 128}" : $"exit status {status}";
}
