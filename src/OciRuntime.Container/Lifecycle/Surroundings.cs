using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>What a caller may pass on to the runtime, by exec, that would break it.</summary>
public static class Surroundings
{
    /// <summary>
    /// Children must leave a status, also when the caller ignores theirs; and a closed standard stream becomes
    /// <c>/dev/null</c>, as in every Go program, or the next file that is opened would take its place.
    /// </summary>
    public static void Repair()
    {
        SignalState.SetDefault(SIGCHLD);
        if (OpenClosedStreams())
            SealedSelf.ExecuteAgain();
    }

    /// <summary>
    /// The .NET runtime has opened files before <c>Main</c> and may hold one under such a number: it is close-on-exec,
    /// as nothing that came through an exec can be. Hence also the second exec: the old image may still need it.
    /// </summary>
    private static bool OpenClosedStreams()
    {
        bool any = false;
        for (int fd = 0; fd <= STDERR_FILENO; fd++)
        {
            int flags = fcntl(fd, F_GETFD, 0);
            if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
                continue;
            any = true;
            FileDescriptor null_ = Check.Fd(open("/dev/null", O_RDWR), "open", "/dev/null");
            if (null_ == fd)
                continue;
            Check.Ok(dup3(null_, fd, 0), "dup3");
            null_.Dispose();
        }

        return any;
    }
}
