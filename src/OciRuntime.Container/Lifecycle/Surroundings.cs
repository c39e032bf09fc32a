using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>What a caller may pass on to the runtime, by exec, that would break it.</summary>
public static class Surroundings
{
    /// <summary>
    /// Children must leave a status, also when the caller ignores theirs; a file that may not be written, for the caller's
    /// limit, is an error like any other and not the end; and a closed standard stream becomes <c>/dev/null</c>, as in
    /// every Go program, or the next file that is opened would take its place.
    /// </summary>
    public static void Repair()
    {
        SignalState.SetDefault(SIGCHLD);
        SignalState.Ignore(SIGXFSZ);
        if (OpenClosedStreams())
            SealedSelf.ExecuteAgain();
    }

    /// <summary>The .NET runtime may hold a file of its own under such a number. Hence also the second exec: the old image may still need it.</summary>
    private static bool OpenClosedStreams()
    {
        bool any = false;
        for (int fd = 0; fd <= STDERR_FILENO; fd++)
        {
            if (InheritedDescriptor.Exists(fd))
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
