using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Init;

/// <summary>The process that answers for <c>SCMP_ACT_NOTIFY</c>: config-linux.md, "The Container Process State".</summary>
public static class SeccompAgent
{
    /// <summary>Hands a notify descriptor to the agent of <c>linux.seccomp.listenerPath</c>, with what the spec wants told; does nothing when there is none.</summary>
    /// <param name="config">The container's config.</param>
    /// <param name="state">The container's state.</param>
    /// <param name="pid">The process that has the filter, in the runtime's PID namespace.</param>
    /// <param name="listener">The notify descriptor.</param>
    public static void Notify(Config config, State state, int pid, FileDescriptor listener)
    {
        LinuxSeccomp? seccomp = config.Linux?.Seccomp;
        if (string.IsNullOrEmpty(seccomp?.ListenerPath))
            return;
        using FileDescriptor socket = UnixSocketAddress.ConnectTo(seccomp.ListenerPath, "linux.seccomp.listenerPath");
        ContainerProcessState message = new()
        {
            OciVersion = state.OciVersion,
            Fds = ["seccompFd"],
            Pid = pid,
            Metadata = string.IsNullOrEmpty(seccomp.ListenerMetadata) ? null : seccomp.ListenerMetadata,
            State = state,
        };
        new MessageChannel(socket).SendBytes(SpecWriter.Write(message), listener);
    }
}
