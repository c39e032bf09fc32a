using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>A signal to every process of a cgroup, one by one.</summary>
internal static class CgroupSignal
{
    /// <summary>
    /// Goes round until nobody is there who has not had the signal: a process that forks while it is looked at
    /// leaves children that the first round has not seen.
    /// </summary>
    /// <exception cref="ContainerException">A signal could not be sent.</exception>
    public static void SendAll(ICgroup cgroup, int signal)
    {
        var signalled = new HashSet<int>();
        var pids = new List<int>();
        bool found;
        do
        {
            found = false;
            pids.Clear();
            cgroup.Processes(pids);
            foreach (int pid in pids)
            {
                // 0 is a process of a PID namespace that this one cannot see into.
                if (pid <= 0 || !signalled.Add(pid))
                    continue;
                found = true;
                if (kill(pid, signal) < 0 && errno != Errno.ESRCH)
                    throw new ContainerException("signal the container's processes", new LinuxException("kill", errno, $"process {pid}"));
            }
        }
        while (found);
    }
}
