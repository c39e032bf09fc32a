using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Statistics;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups;

/// <summary>
/// The cgroup of one container: a directory in every mounted hierarchy (v1), in one (v2), or both (hybrid).
/// Nothing is opened before it is needed; disposing closes descriptors and leaves the cgroup alone.
/// </summary>
/// <exception cref="Errors.ContainerException">From every member: names the file, the value and the errno.</exception>
public interface ICgroup : IDisposable
{
    /// <summary>
    /// Known before <see cref="Create"/>, so that they can be stored before anything is made. In rootless mode
    /// <see cref="Create"/> drops the hierarchies that this user may not write.
    /// </summary>
    IReadOnlyList<CgroupPath> Paths { get; }

    /// <summary>Whether <see cref="Create"/> found the cgroup there already, in any hierarchy; false for a loaded one.</summary>
    bool Existed { get; }

    /// <summary>
    /// The part of <see cref="Create"/> that the container's first process must not be cloned before: the directory of
    /// <see cref="CloneInto"/>, and whatever decides which directories <see cref="Join"/> is about.
    /// </summary>
    /// <inheritdoc cref="Create" path="/exception"/>
    void CreateBirthplace();

    /// <summary>
    /// Makes the directories (and missing parents), enables controllers from the top (v2), gives cpusets their
    /// parents' CPUs and nodes (v1). Remembers which directories it made.
    /// </summary>
    /// <exception cref="Errors.ContainerException">Also when the cgroup exists and has processes, or is frozen, or one above it is.</exception>
    void Create();

    /// <summary>
    /// Sets the limits and the device list of a new container, before or after processes are in it.
    /// The default device rules are added even when <paramref name="resources"/> is null.
    /// </summary>
    void Apply(LinuxResources? resources);

    /// <summary>
    /// Changes the limits of a running container, and its device list only when <paramref name="resources"/> has one.
    /// When the kernel refuses a value, the values already written are put back.
    /// </summary>
    /// <param name="resources">What to change.</param>
    /// <param name="devices">The device list that was set last: v1 tells no more of a list that allows by default than that it does.</param>
    void Update(LinuxResources resources, IReadOnlyList<LinuxDeviceCgroup>? devices = null);

    /// <summary>The v2 directory, for <c>CLONE_INTO_CGROUP</c>; none on pure v1.</summary>
    FileDescriptor CloneInto { get; }

    /// <summary>
    /// Moves the caller, which must have one thread, into the cgroup of every v1 hierarchy; in that of v2
    /// <see cref="CloneInto"/> has put it. A process that another one moves waits for an RCU grace period of
    /// milliseconds, and so does one that moves itself through <c>cgroup.procs</c> (cgroup_procs_write_start in
    /// kernel/cgroup/cgroup.c); a thread that moves itself does not.
    /// </summary>
    void Join();

    /// <summary>
    /// To be called when a process is to be in the cgroup: after its clone and before it executes anything. Nothing
    /// to do where it can join by itself.
    /// </summary>
    /// <param name="pid">The process, which may have joined already.</param>
    void Enter(int pid)
    {
    }

    /// <summary>Stops every process and returns when all of them have stopped.</summary>
    void Freeze();

    /// <summary>Lets the processes run again. Does nothing when they are running.</summary>
    void Thaw();

    /// <summary>
    /// Lets processes that were killed end: a frozen v1 task takes its death only when it thaws, and the container may
    /// have frozen itself, in a cgroup of its own below this one.
    /// </summary>
    void LetEnd();

    /// <summary>Whether <see cref="Freeze"/> is in effect; false when the cgroup is gone.</summary>
    bool IsFrozen { get; }

    /// <summary>
    /// Whether a process that enters stops at once, and for as long as somebody likes: <see cref="Freeze"/> is in effect
    /// here or in a cgroup above.
    /// </summary>
    bool StopsWhoEnters { get; }

    /// <summary>Appends the ids of all processes of the cgroup and the cgroups below it; none when it is gone.</summary>
    void Processes(List<int> pids);

    /// <summary>
    /// Sends <paramref name="signal"/> to every process of the cgroup and those below it, also those that fork
    /// meanwhile. After SIGKILL a frozen cgroup is thawed, because v1 tasks die only then. Does nothing when
    /// <see cref="Create"/> has not succeeded: what runs in the cgroup is then not the container's.
    /// </summary>
    void Signal(int signal);

    /// <summary><see cref="Signal"/> with SIGKILL. Does not wait for the processes to end.</summary>
    void Kill();

    /// <summary>
    /// Removes the cgroup and those below it, after waiting for their processes to end. For a cgroup that is not
    /// loaded, only the directories that <see cref="Create"/> made. Fine when the cgroup is already gone.
    /// </summary>
    /// <exception cref="Errors.ContainerException">Processes remain: their ids are named.</exception>
    void Remove();

    /// <summary>What the kernel has counted.</summary>
    CgroupStatistics Statistics();

    /// <summary>How many processes the kernel has killed here for want of memory; 0 when it cannot be told.</summary>
    ulong OomKills { get; }

    /// <summary>Watches for such kills. The caller disposes.</summary>
    OomWatch WatchOom();

    /// <summary>Hands the cgroup to a user, for a container that manages its own sub-cgroups (v2; config-linux.md, "Cgroup ownership").</summary>
    /// <param name="uid">Host user id of the container's root.</param>
    void ChangeOwner(uint uid);
}
