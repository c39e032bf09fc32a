using System;
using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>
/// Tells when the kernel has killed a process of the cgroup for want of memory: a descriptor for <c>poll</c>, and
/// what to do when it is readable.
/// </summary>
public sealed unsafe class OomWatch : IDisposable
{
    private readonly CgroupDirectory _directory;
    private readonly FileDescriptor _control;
    private ulong _kills;

    private OomWatch(CgroupDirectory directory, FileDescriptor descriptor, FileDescriptor control)
    {
        _directory = directory;
        Descriptor = descriptor;
        _control = control;
        _kills = Kills ?? 0;
    }

    /// <summary>Readable when there is something for <see cref="Read"/> to look at.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>v1: an eventfd that <c>cgroup.event_control</c> ties to <c>memory.oom_control</c> (memory.rst, "OOM Control").</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    internal static OomWatch OnV1(string path)
    {
        var directory = new CgroupDirectory(path, CGROUP_SUPER_MAGIC);
        FileDescriptor events = Check.Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
        FileDescriptor control = directory.OpenFile("memory.oom_control", O_RDONLY);
        int error = directory.TryWrite("cgroup.event_control", string.Create(CultureInfo.InvariantCulture, $"{events.Number} {control.Number}"));
        if (error == 0)
            return new OomWatch(directory, events, control);
        events.Dispose();
        control.Dispose();
        directory.Dispose();
        throw new LinuxException("write", error, path + "/cgroup.event_control");
    }

    /// <summary>v2: inotify on <c>memory.events</c>, and on <c>cgroup.events</c> for the end of the last process.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    internal static OomWatch OnV2(string path)
    {
        FileDescriptor inotify = Check.Fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "inotify_init1");
        foreach (string file in (ReadOnlySpan<string>)["memory.events", "cgroup.events"])
        {
            if (inotify_add_watch(inotify, path + "/" + file, IN_MODIFY) >= 0)
                continue;
            int error = errno;
            inotify.Dispose();
            throw new LinuxException("inotify_add_watch", error, path + "/" + file);
        }
        return new OomWatch(new CgroupDirectory(path, CGROUP2_SUPER_MAGIC), inotify, FileDescriptor.None);
    }

    /// <summary>Empties <see cref="Descriptor"/> and looks at the cgroup.</summary>
    /// <param name="killed">Whether a process has been killed since the last look.</param>
    /// <returns>False when the cgroup is gone or, on v2, empty: nothing will come any more.</returns>
    /// <exception cref="ContainerException">The descriptor cannot be read.</exception>
    public bool Read(out bool killed)
    {
        byte* buffer = stackalloc byte[4096];
        bool told = false;
        nint count;
        while ((count = read(Descriptor, buffer, 4096)) > 0)
            told = true;
        if (count < 0 && errno is not (Errno.EAGAIN or Errno.EINTR))
            throw new ContainerException("wait for out-of-memory events", new LinuxException("read", errno));

        // v1 tells before it kills, and tells of nothing else; v2 also tells of other memory events, and afterwards.
        ulong? now = Kills;
        killed = _directory.Magic == CGROUP_SUPER_MAGIC ? told && now is not null : now > _kills;
        _kills = now ?? _kills;
        return now is not null && (_directory.Magic == CGROUP_SUPER_MAGIC || _directory.Read("cgroup.events").Contains("populated 1", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        Descriptor.Dispose();
        _control.Dispose();
        _directory.Dispose();
    }

    /// <summary>How many processes have been killed so far; null when the cgroup is gone. v1 counts since Linux 4.13.</summary>
    private ulong? Kills => CountOf(_directory);

    internal static ulong? CountOf(CgroupDirectory directory)
    {
        if (directory.TryRead(directory.Magic == CGROUP_SUPER_MAGIC ? "memory.oom_control" : "memory.events", out _) is not { } text)
            return null;
        foreach (Range range in text.AsSpan().Split('\n'))
            if (text.AsSpan(range) is var line && line.StartsWith("oom_kill "))
                return CgroupDirectory.ParseNumber(line[9..]);
        return 0;
    }
}
