using OciRuntime.Container.Errors;

namespace OciRuntime.Container.Lifecycle;

/// <summary>Which commands can have a terminal, and how, as runc decides it.</summary>
internal static class TerminalFlags
{
    /// <param name="terminal"><c>process.terminal</c>.</param>
    /// <param name="detached">Whether the runtime leaves before the process ends.</param>
    /// <param name="consoleSocket"><c>--console-socket</c>.</param>
    public static void Check(bool terminal, bool detached, string? consoleSocket)
    {
        if (terminal && detached && consoleSocket is null)
            throw new ContainerException("cannot allocate tty if ocirun will detach without setting console socket", "pass --console-socket");
        if (terminal && !detached)
            HostTerminal.Release(HostTerminal.Find());
        if (consoleSocket is not null && !(terminal && detached))
            throw new ContainerException("cannot use console socket if ocirun will not detach or allocate tty");
    }
}
