using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>events --stats</c>: what the kernel has counted for a container that has not ended.</summary>
    public static CgroupStatistics Statistics(RuntimeOptions runtime, string id, TimeSpan interval)
    {
        using ExistingContainer container = OpenForEvents(runtime, id, interval);
        return StatisticsOf(container);
    }

    /// <summary><c>events</c>: tells the counts again and again, and of processes killed for want of memory, until the container's init has ended.</summary>
    /// <param name="runtime">The global flags.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="interval">Between two calls of <paramref name="statistics"/>; the first comes after one.</param>
    /// <param name="statistics">Receives the counts.</param>
    /// <param name="outOfMemory">Called when a process has been killed.</param>
    public static unsafe void Events(RuntimeOptions runtime, string id, TimeSpan interval, Action<CgroupStatistics> statistics, Action outOfMemory)
    {
        using ExistingContainer container = OpenForEvents(runtime, id, interval);
        using OomWatch watch = container.Cgroup.WatchOom();
        using FileDescriptor init = container.OpenInit();
        pollfd* fds = stackalloc pollfd[2];
        fds[0] = new() { fd = watch.Descriptor, events = POLLIN };
        fds[1] = new() { fd = init, events = POLLIN };
        double length = Math.Ceiling(interval.TotalMilliseconds);
        double next = Environment.TickCount64 + length;
        bool goesOn = init.IsOpen;
        while (goesOn)
        {
            double left = Math.Clamp(next - Environment.TickCount64, 0, int.MaxValue);
            if (poll(fds, 2, (int)left) < 0 && errno != Errno.EINTR)
                throw new LinuxException("poll", errno);
            // The kill that ended the init is told too.
            goesOn = fds[1].revents == 0;
            goesOn &= watch.Read(out bool killed);
            if (killed)
                outOfMemory();
            if (!goesOn || Environment.TickCount64 < next)
                continue;
            next += length;
            try
            {
                statistics(StatisticsOf(container));
            }
            catch (ContainerException e)
            {
                runtime.Warn(e.Message);
            }
        }
    }

    private static CgroupStatistics StatisticsOf(ExistingContainer container)
    {
        CgroupStatistics statistics = container.Cgroup.Statistics();
        return container.Record.ResctrlGroup is { } group
            ? statistics with { IntelRdt = new(Resctrl.MountPoint(), group, container.Record.ResctrlMonitoringGroup) }
            : statistics;
    }

    private static ExistingContainer OpenForEvents(RuntimeOptions runtime, string id, TimeSpan interval)
    {
        ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: false);
        try
        {
            if (interval <= TimeSpan.Zero)
                throw new ContainerException("duration interval must be greater than 0");
            return container.Status() == ContainerStatus.Stopped
                ? throw new ContainerException($"container with id {id} is not running")
                : container;
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }
}
