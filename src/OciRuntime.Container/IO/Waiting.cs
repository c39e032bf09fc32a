using System;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IO;

/// <summary>poll(2) of one descriptor.</summary>
internal static unsafe class Waiting
{
    /// <summary>Returns when the descriptor has one of the events, an error or an end; false when it has not by the deadline.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="events">POLLIN and the like.</param>
    /// <param name="deadline">In <see cref="Environment.TickCount64"/>; one that is past only asks.</param>
    /// <exception cref="LinuxException"><c>poll</c> failed.</exception>
    public static bool For(FileDescriptor fd, short events, long deadline)
    {
        pollfd waiting = new() { fd = fd, events = events };
        while (true)
        {
            int ready = poll(&waiting, 1, (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue));
            if (ready >= 0)
                return ready > 0;
            if (errno != Errno.EINTR)
                throw new LinuxException("poll", errno);
        }
    }
}
