using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>A cgroup with all cgroups below it: making it, listing its processes, taking it away.</summary>
internal static class CgroupTree
{
    /// <summary>How long killed processes may take to end before a removal is given up, milliseconds.</summary>
    private const int RemovalTimeout = 10_000;

    /// <summary>Makes <paramref name="path"/> and what is missing above it, down from <paramref name="mountPoint"/>.</summary>
    /// <param name="made">Receives every directory made, parents first.</param>
    /// <returns>Whether <paramref name="path"/> itself is new.</returns>
    /// <exception cref="LinuxException"><c>mkdir</c> failed.</exception>
    public static bool Make(string path, string mountPoint, List<string> made)
    {
        if (mkdirat(AT_FDCWD, path, 0x1ED) == 0)
        {
            made.Add(path);
            return true;
        }
        int error = errno;
        if (error == Errno.EEXIST)
            return false;
        string parent = CgroupNaming.ParentOf(path);
        if (error != Errno.ENOENT || parent.Length <= mountPoint.Length)
            throw new LinuxException("mkdir", error, path);
        Make(parent, mountPoint, made);
        if (mkdirat(AT_FDCWD, path, 0x1ED) == 0)
        {
            made.Add(path);
            return true;
        }
        if (errno == Errno.EEXIST)
            return false;
        throw new LinuxException("mkdir", errno, path);
    }

    /// <summary>Appends the processes of <paramref name="directory"/> and of everything below it; none when it is gone.</summary>
    /// <exception cref="LinuxException">The cgroup exists and cannot be read.</exception>
    public static void Processes(CgroupDirectory directory, List<int> pids) =>
        Walk(directory, cgroup => ProcessesOf(cgroup, pids), null);

    private static void ProcessesOf(CgroupDirectory directory, List<int> pids)
    {
        string? text = directory.TryRead("cgroup.procs", out int error);
        // A threaded cgroup (v2) has no processes of its own, only threads.
        if (text is null && error == Errno.EOPNOTSUPP)
            text = directory.TryRead("cgroup.threads", out error);
        if (text is null)
        {
            if (error is Errno.ENOENT or Errno.ENODEV)
                return;
            throw new LinuxException("read", error, directory.Path + "/cgroup.procs");
        }
        foreach (Range range in text.AsSpan().Split('\n'))
            if (int.TryParse(text.AsSpan(range), out int pid))
                pids.Add(pid);
    }

    /// <summary>
    /// Visits a cgroup and then all below it. What is below may be the container's own making: the names need not be
    /// UTF-8, nor their path short enough for the kernel, nor their depth for our descriptors.
    /// </summary>
    /// <param name="top">Where to begin.</param>
    /// <param name="enter">Called with each cgroup before those below it.</param>
    /// <param name="leave">Called after those below a cgroup, with the one above it and its name; not for <paramref name="top"/>.</param>
    /// <exception cref="LinuxException">A cgroup cannot be opened or read.</exception>
    public static void Walk(CgroupDirectory top, Action<CgroupDirectory> enter, Action<CgroupDirectory, CString>? leave)
    {
        enter(top);
        List<List<CString>> ahead = [Children(top)];
        List<CString> names = [];
        CgroupDirectory current = top;
        while (true)
        {
            List<CString> children = ahead[^1];
            CgroupDirectory next;
            if (children.Count > 0)
            {
                CString name = children[^1];
                children.RemoveAt(children.Count - 1);
                if (current.TryOpenChild(name, names.Count == 0 ? top.Path : top.Path + "/...") is not { } child)
                    continue;
                next = child;
                names.Add(name);
                enter(next);
                ahead.Add(Children(next));
            }
            else
            {
                ahead.RemoveAt(ahead.Count - 1);
                if (ahead.Count == 0)
                    return;
                next = ahead.Count == 1 ? top : current.OpenParent(top.Path + "/...");
                leave?.Invoke(next, names[^1]);
                names.RemoveAt(names.Count - 1);
            }

            if (current != top)
                current.Dispose();
            current = next;
        }
    }

    /// <summary>
    /// Another's processes would share the container's limits, be frozen with it and be killed with it: as runc, do
    /// not make a container among them.
    /// </summary>
    /// <exception cref="ContainerException">The cgroup has processes.</exception>
    public static void RefuseForeign(CgroupDirectory directory)
    {
        var pids = new List<int>();
        Processes(directory, pids);
        if (pids.Count > 0)
            throw new ContainerException(
                $"create the container's cgroup: container's cgroup is not empty: {pids.Count} process(es) found in {directory.Path}",
                "choose another linux.cgroupsPath");
    }

    /// <summary>Removes the directory and everything below it; returns when it is gone.</summary>
    /// <exception cref="ContainerException">Processes stay in it: names them.</exception>
    /// <exception cref="LinuxException"><c>rmdir</c> failed for another reason.</exception>
    public static void Remove(string path, long magic)
    {
        if (unlinkat(AT_FDCWD, path, AT_REMOVEDIR) == 0 || errno == Errno.ENOENT)
            return;
        if (errno != Errno.EBUSY)
            throw new LinuxException("rmdir", errno, path);

        using var directory = new CgroupDirectory(path, magic);
        if (!directory.TryOpen(out int error))
        {
            if (error == Errno.ENOENT)
                return;
            throw new LinuxException("open", error, path);
        }

        Walk(directory, static _ => { }, static (parent, name) =>
        {
            if (unlinkat(parent.Descriptor, name, AT_REMOVEDIR) == 0 || parent.TryOpenChild(name, parent.Path) is not { } child)
                return;
            using (child)
                RemoveEmpty(parent.Descriptor, name, child);
        });
        RemoveEmpty(AT_FDCWD, path, directory);
    }

    /// <summary>Removes a cgroup without others below it, when its processes have ended.</summary>
    private static void RemoveEmpty(int parent, CString name, CgroupDirectory directory)
    {
        long deadline = Environment.TickCount64 + RemovalTimeout;
        while (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != Errno.ENOENT)
        {
            if (errno != Errno.EBUSY)
                throw new LinuxException("rmdir", errno, directory.Path);
            if (Environment.TickCount64 >= deadline)
                throw Busy(directory);
            if (directory.Magic == CGROUP2_SUPER_MAGIC)
                CgroupEvents.WaitFor(directory, "populated", '0', deadline);
            else
                WaitForProcesses(directory, deadline);
        }
    }

    /// <summary>v1 has no event for an emptied cgroup; the end of a process is one, on its pidfd.</summary>
    private static void WaitForProcesses(CgroupDirectory directory, long deadline)
    {
        var pids = new List<int>();
        Processes(directory, pids);
        for (int i = 0; i < pids.Count; i++)
        {
            // 0: a process of another PID namespace, which nothing here can wait for.
            using var pidfd = new FileDescriptor(pids[i] == 0 ? -1 : pidfd_open(pids[i], 0));
            if (pidfd.IsOpen && !Waiting.For(pidfd, POLLIN, deadline))
                return;
        }
        // A pidfd tells of the end some instructions before the task leaves its cgroup.
        _ = sched_yield();
    }

    private static ContainerException Busy(CgroupDirectory directory)
    {
        var pids = new List<int>();
        Processes(directory, pids);
        return new ContainerException(
            $"remove cgroup {directory.Path}",
            new LinuxException("rmdir", Errno.EBUSY, $"held by process {string.Join(", ", pids)}"),
            "end these processes, then delete the container again");
    }

    /// <summary>The names of the cgroups directly below.</summary>
    private static List<CString> Children(CgroupDirectory directory)
    {
        List<CString> children = [];
        // A directory's link count is two and one for each directory in it.
        if (!directory.TryOpen(out _) || (fstatx(directory.Descriptor, out statx_t stat) == 0 && stat.stx_nlink == 2))
            return children;
        using var listing = new FileDescriptor(openat(directory.Descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!listing.IsOpen)
            return children;
        DirectoryEntries.ForEach(listing, (name, type) =>
        {
            if (type == DT_DIR)
                children.Add(name);
        });
        return children;
    }
}
