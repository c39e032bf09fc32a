using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>A signal to every process of a cgroup, one by one.</summary>
internal static class CgroupSignal
{
    /// <summary>The round before which forks are stopped; processes that fork now and then are through before it.</summary>
    private const int StubbornRound = 3;

    /// <summary>
    /// Goes round until nobody is there who has not had the signal: a process that forks while it is looked at
    /// leaves children that the first round has not seen.
    /// </summary>
    /// <param name="cgroup">Whose processes.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="stopForks">Called once when new processes keep appearing.</param>
    /// <returns>Whether there was any process.</returns>
    /// <exception cref="ContainerException">A signal could not be sent.</exception>
    public static bool SendAll(ICgroup cgroup, int signal, Action stopForks)
    {
        HashSet<int>? signalled = null;
        var pids = new List<int>();
        for (int round = 1; ; round++)
        {
            if (round == StubbornRound)
                stopForks();
            pids.Clear();
            cgroup.Processes(pids);
            bool found = false;
            foreach (int pid in pids)
            {
                // 0 is a process of a PID namespace that this one cannot see into.
                if (pid <= 0 || !(signalled ??= []).Add(pid))
                    continue;
                found = true;
                if (kill(pid, signal) < 0 && errno != Errno.ESRCH)
                    throw new ContainerException("signal the container's processes", new LinuxException("kill", errno, $"process {pid}"));
            }
            if (!found)
                return signalled is not null;
        }
    }
}
