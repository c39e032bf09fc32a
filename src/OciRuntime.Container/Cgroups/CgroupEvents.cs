using System;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>v2's <c>cgroup.events</c>: lines of <c>NAME 0|1</c>; a change is told by POLLPRI (cgroup-v2.rst, "Core Interface Files").</summary>
internal static class CgroupEvents
{
    private const string File = "cgroup.events";

    /// <summary>Whether <paramref name="name"/> is <paramref name="value"/> now; false when the cgroup is gone.</summary>
    public static bool Is(CgroupDirectory directory, string name, char value) =>
        directory.TryRead(File, out _) is { } text && Has(text, name, value);

    /// <summary>Returns when <paramref name="name"/> is <paramref name="value"/> or the cgroup is gone; false after the deadline.</summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="name">Such as <c>populated</c>.</param>
    /// <param name="value">0 or 1.</param>
    /// <param name="deadline">In <see cref="Environment.TickCount64"/>.</param>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public static bool WaitFor(CgroupDirectory directory, string name, char value, long deadline)
    {
        int number = openat(directory.Descriptor, File, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (number < 0 && errno is Errno.ENOENT or Errno.ENODEV)
            return true;
        using FileDescriptor events = Check.Fd(number, "open", $"{directory.Path}/{File}");
        while (true)
        {
            // Reading arms the next notification, so that no change is lost between the look and the wait.
            if (lseek(events, 0, SEEK_SET) < 0 || !CgroupFile.TryReadAll(events, out string text))
                return true;
            if (Has(text, name, value))
                return true;
            if (!Waiting.For(events, POLLPRI, deadline))
                return false;
        }
    }

    private static bool Has(string text, string name, char value)
    {
        int at = text.IndexOf(name + " ", StringComparison.Ordinal);
        return at >= 0 && text.Length > at + name.Length + 1 && text[at + name.Length + 1] == value;
    }
}
