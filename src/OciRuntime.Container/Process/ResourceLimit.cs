using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>One resource limit, getrlimit(2).</summary>
public readonly record struct ResourceLimit(string Name, int Resource, ulong Soft, ulong Hard)
{
    /// <summary>Encodes <c>process.rlimits</c>, whose names validation has checked.</summary>
    public static ResourceLimit[] From(IReadOnlyList<POSIXRlimit>? limits)
    {
        if (limits is null || limits.Count == 0)
            return [];
        ResourceLimit[] result = new ResourceLimit[limits.Count];
        for (int i = 0; i < result.Length; i++)
        {
            POSIXRlimit limit = limits[i];
            result[i] = new(limit.Type, RlimitType.Number(limit.Type), limit.Soft, limit.Hard);
        }

        return result;
    }

    /// <summary>
    /// Sets the limit of a process. Raising a hard limit needs CAP_SYS_RESOURCE in the initial user namespace, and so
    /// does any change to a process of another user.
    /// </summary>
    /// <param name="pid">The process; 0 for the caller.</param>
    public unsafe void ApplyTo(int pid)
    {
        rlimit value = new() { rlim_cur = Soft, rlim_max = Hard };
        if (prlimit64(pid, Resource, &value, null) == 0)
            return;
        LinuxException cause = new("prlimit", errno);
        throw new ContainerException(
            $"error setting rlimit type {Name} (soft {Soft}, hard {Hard})",
            cause,
            cause.Errno == Errno.EPERM ? "raising a hard limit needs CAP_SYS_RESOURCE" : null);
    }

    /// <summary>Whether the limit lifts the hard limit of a process, which only privilege can.</summary>
    /// <param name="pid">The process; 0 for the caller.</param>
    public unsafe bool Raises(int pid)
    {
        rlimit current;
        Check.Ok(prlimit64(pid, Resource, null, &current), "prlimit", Name);
        return Hard > current.rlim_max;
    }
}
