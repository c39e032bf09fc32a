using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>How a child ended, as a shell tells it: its exit status, or 128 + n for signal n.</summary>
public static unsafe class ExitStatus
{
    /// <summary>Waits for the child to end and reaps it.</summary>
    public static int Wait(FileDescriptor pidfd) => From(WaitFor(pidfd));

    /// <summary>As <see cref="Wait"/>, but tells a signal from an exit status that is as large.</summary>
    public static waitid_info WaitFor(FileDescriptor pidfd)
    {
        waitid_info info = default;
        while (waitid(P_PIDFD, (uint)(int)pidfd, &info, WEXITED | __WALL) < 0)
        {
            if (errno != Errno.EINTR)
                throw new LinuxException("waitid", errno);
        }

        return info;
    }

    public static int From(in waitid_info info) =>
        info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;

    /// <summary>As Go prints it: <c>exit status 3</c>, <c>signal: 9</c>.</summary>
    public static string Describe(in waitid_info info) =>
        info.si_code == CLD_EXITED ? $"exit status {info.si_status}" : $"signal: {info.si_status}";
}
