using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>kill</c>: sends a signal to the init (runtime.md, "Kill").</summary>
    /// <param name="runtime">The global flags.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="signal">1 to 64; 0 only asks whether it runs.</param>
    /// <param name="all">To every process of the container; then a stopped one is no error, as in runc.</param>
    public static void Kill(RuntimeOptions runtime, string id, int signal, bool all)
    {
        using ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: false);
        using FileDescriptor init = container.OpenInit();

        // Without a PID namespace of its own, the container's other processes outlive their init.
        if (all || (signal == SIGKILL && !container.Record.OwnPidNamespace))
        {
            if (!container.Record.OwnsCgroup || (!init.IsOpen && (!all || container.Status() == ContainerStatus.Creating)))
                throw NotRunning();
            if (signal == SIGKILL)
                container.Cgroup.Kill();
            else
                container.Cgroup.Signal(signal);
            return;
        }

        if (!init.IsOpen)
            throw NotRunning();
        if (pidfd_send_signal(init, signal) < 0)
        {
            if (errno == Errno.ESRCH)
                throw NotRunning();
            throw new ContainerException($"send signal {signal} to the container's init", new LinuxException("pidfd_send_signal", errno));
        }

        if (signal == SIGKILL)
            container.Cgroup.LetEnd();
    }

    private static ContainerException NotRunning() => new("container not running") { Errno = Errno.ESRCH };
}
