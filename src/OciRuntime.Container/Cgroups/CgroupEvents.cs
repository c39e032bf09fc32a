using System;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>v2's <c>cgroup.events</c>: lines of <c>NAME 0|1</c>; a change is told by POLLPRI (cgroup-v2.rst, "Core Interface Files").</summary>
internal static unsafe class CgroupEvents
{
    /// <summary>Returns when <paramref name="name"/> is <paramref name="value"/> or the cgroup is gone; false after the timeout.</summary>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public static bool WaitFor(CgroupDirectory directory, string name, char value, int milliseconds)
    {
        int number = openat(directory.Descriptor, "cgroup.events", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (number < 0 && errno is Errno.ENOENT or Errno.ENODEV)
            return true;
        using FileDescriptor events = Check.Fd(number, "open", directory.Path + "/cgroup.events");
        long deadline = Environment.TickCount64 + milliseconds;
        var waiting = new pollfd { fd = events, events = POLLPRI };
        while (true)
        {
            // Reading arms the next notification, so that no change is lost between the look and the wait.
            if (lseek(events, 0, SEEK_SET) < 0 || !CgroupFile.TryReadAll(events, out string text))
                return true;
            int at = text.IndexOf(name + " ", StringComparison.Ordinal);
            if (at >= 0 && text.Length > at + name.Length + 1 && text[at + name.Length + 1] == value)
                return true;
            int left = (int)(deadline - Environment.TickCount64);
            if (left <= 0)
                return false;
            _ = poll(&waiting, 1, left);
        }
    }
}
