using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>A clone of this process, which goes on in the same code.</summary>
internal static unsafe class ChildProcess
{
    /// <summary>
    /// As clone3(2). All signals are blocked in the child: it must not run the runtime's handlers, which talk to threads
    /// that it does not have.
    /// </summary>
    /// <param name="flags">CLONE_*, beside CLONE_PIDFD.</param>
    /// <param name="cgroup">The v2 cgroup that the child is born into; none: the caller's.</param>
    /// <param name="pidfd">The child's, in the caller.</param>
    /// <returns>The child's pid; 0 in the child.</returns>
    /// <exception cref="LinuxException">There is no child.</exception>
    public static int Clone(ulong flags, FileDescriptor cgroup, out FileDescriptor pidfd)
    {
        int fd = -1;
        clone_args clone = new() { flags = CLONE_PIDFD | flags, pidfd = (ulong)&fd, exit_signal = SIGCHLD };
        if (cgroup.IsOpen)
        {
            clone.flags |= CLONE_INTO_CGROUP;
            clone.cgroup = (ulong)(int)cgroup;
        }

        ulong mask = SignalState.BlockAll();
        int pid = clone3(&clone);
        int error = errno;
        pidfd = new(fd);
        // An error of it is not thrown: it can have none, and nobody would know of the child.
        if (pid != 0)
            _ = sigprocmask(SIG_SETMASK, &mask, null);
        return pid >= 0 ? pid : throw new LinuxException("clone3", error);
    }
}
