using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Process;
using OciRuntime.Linux;

namespace OciRuntime.Container.Lifecycle;

/// <summary>Finds out whether a container could not be made because its memory limit leaves no room for its own making.</summary>
internal static class OutOfMemory
{
    /// <summary>What an init with a plain config needs before it executes the program, bytes: the lowest limit under which <c>/bin/true</c> was seen to run.</summary>
    private const long Needed = 256 << 10;

    /// <summary>The error to report in place of <paramref name="error"/>, in runc's words; null when memory was not the reason.</summary>
    /// <param name="error">What went wrong first: most likely that the init does not answer.</param>
    /// <param name="cgroup">The container's, in which nothing has run before.</param>
    /// <param name="limit">linux.resources.memory.limit.</param>
    public static ContainerException? Explain(Exception error, ICgroup cgroup, long? limit)
    {
        if (error is not (ContainerException or LinuxException) || cgroup.OomKills == 0)
            return null;
        const string reason = "container init was OOM-killed (memory limit too low?)";
        return limit > 0
            ? new ContainerException($"{reason}: memory limit {Size(limit.Value)} is too low: a container needs at least {Size(Math.Max(Needed, limit.Value + 1))} to start", "raise linux.resources.memory.limit")
            : new ContainerException(reason, "the limit of a cgroup above the container's is reached");
    }

    /// <summary>
    /// The init, told to start, has closed its channel: because it has executed the program, or because it was killed. A
    /// process that somebody has reaped tells no more which it was: there a warning says what can be known.
    /// </summary>
    /// <exception cref="ContainerException">It was killed before it executed anything.</exception>
    public static void VerifyExecuted(int pid, ICgroup cgroup, Func<long?> limit, Action<string> warn)
    {
        ProcessStatus status = ProcessStatus.Of(pid);
        if (status.HasNotExecuted)
        {
            ContainerException killed = new($"unable to start container process: the container's init (pid {pid}) was killed before it executed the program");
            throw Explain(killed, cgroup, limit()) ?? killed;
        }

        if (status.State == '\0' && cgroup.OomKills > 0)
            warn($"the container has ended, and the kernel has killed in its cgroup for want of memory: {(limit() is > 0 and { } bytes ? $"memory limit {Size(bytes)} may be" : "the limit of a cgroup above may be")} too low");
    }

    /// <summary>As <see cref="Explain"/>, for a further process of a container. There others may have been killed before: it is a guess.</summary>
    public static ContainerException? ExplainExec(Exception error, ICgroup cgroup)
    {
        bool died = error is ContainerException { Errno: Errno.ESRCH } or LinuxException { Errno: Errno.EPIPE or Errno.ECONNRESET };
        return died && cgroup.OomKills > 0 ? new ContainerException($"{error.Message} (possibly OOM-killed)") : null;
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1 << 20 => $"{bytes / (double)(1 << 20):0.##} MiB",
        >= 1 << 10 => $"{bytes / 1024.0:0.##} KiB",
        _ => $"{bytes} bytes",
    };
}
