using System;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>
/// <c>process.execCPUAffinity</c>, sched_setaffinity(2). Inside a real-time container's CPUs every microsecond that the
/// runtime spends is taken from the container: <c>initial</c> keeps it away until the process has entered the cgroup.
/// </summary>
public static unsafe class CpuAffinity
{
    /// <summary>More than any kernel's CPUs; it leaves those out that it does not have.</summary>
    private const int AllCpus = 8192;

    /// <summary>
    /// The caller may use every CPU of its cpuset again, also those that come later. Since Linux 6.2 an affinity
    /// survives the move into another cpuset: a container would keep the one that the engine's service was given.
    /// </summary>
    /// <returns>0, or the errno.</returns>
    public static int Reset()
    {
        byte* mask = stackalloc byte[AllCpus / 8];
        new Span<byte>(mask, AllCpus / 8).Fill(0xFF);
        return sched_setaffinity(0, AllCpus / 8, mask) == 0 ? 0 : errno;
    }

    /// <summary>Confines a process to CPUs of a list that validation has checked; those that do not exist are left out.</summary>
    /// <param name="pid">The process; 0 for the caller, whose children inherit it.</param>
    /// <param name="cpus">The list; null or empty leaves the affinity alone.</param>
    /// <param name="property">For errors, <c>initial</c> or <c>final</c>.</param>
    public static void Apply(int pid, string? cpus, string property)
    {
        if (string.IsNullOrEmpty(cpus))
            return;
        ulong[] mask = NumberList.ToMask(cpus);
        fixed (ulong* p = mask)
        {
            if (sched_setaffinity(pid, mask.Length * sizeof(ulong), p) == 0)
                return;
        }

        LinuxException cause = new("sched_setaffinity", errno);
        throw new ContainerException(
            $"set process.execCPUAffinity.{property} to {cpus}",
            cause,
            cause.Errno == Errno.EINVAL ? "none of these CPUs is online and in the cpuset" : null);
    }
}
