using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
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
