using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary><c>process.ioPriority</c>, ioprio_set(2).</summary>
/// <param name="Class">As in the config.</param>
/// <param name="Level">0, the first to be served, to 7.</param>
public sealed record IOPriority(string Class, int Level)
{
    /// <summary>Takes what validation has checked; null when there is nothing to set.</summary>
    public static IOPriority? From(LinuxIOPriority? priority) => priority is null ? null : new(priority.Class, priority.Priority);

    /// <summary>Sets the priority of a process, whose later children inherit it: it is to be alone in its process group still.</summary>
    public void ApplyTo(int pid)
    {
        int number = Class switch
        {
            "IOPRIO_CLASS_RT" => IOPRIO_CLASS_RT,
            "IOPRIO_CLASS_BE" => IOPRIO_CLASS_BE,
            _ => IOPRIO_CLASS_IDLE,
        };
        if (ioprio_set(IOPRIO_WHO_PROCESS, pid, (number << IOPRIO_CLASS_SHIFT) | Level) == 0)
            return;
        LinuxException cause = new("ioprio_set", errno);
        throw new ContainerException(
            $"set process.ioPriority to {Class}, {Level}",
            cause,
            cause.Errno == Errno.EPERM && number == IOPRIO_CLASS_RT ? "the class needs CAP_SYS_NICE or CAP_SYS_ADMIN" : null);
    }
}
