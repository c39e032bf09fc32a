using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The user's terminal, which a foreground <c>run</c> or <c>exec</c> puts into raw mode and whose size it follows.</summary>
internal static unsafe class HostTerminal
{
    /// <summary>Any of stdio, as in runc, since the others may be redirected; the controlling terminal where all are.</summary>
    /// <exception cref="ContainerException">There is none.</exception>
    public static FileDescriptor Find()
    {
        foreach (int fd in (System.ReadOnlySpan<int>)[STDERR_FILENO, STDOUT_FILENO, STDIN_FILENO])
        {
            termios settings;
            if (ioctl(fd, TCGETS, (nint)(&settings)) == 0)
                return new FileDescriptor(fd);
        }

        FileDescriptor controlling = new(open("/dev/tty", O_RDWR | O_CLOEXEC));
        return controlling.IsOpen ? controlling : throw new ContainerException(
            "find the terminal that process.terminal is to be connected to",
            new LinuxException("open", errno, "/dev/tty"),
            "run it in one, or detached with --console-socket, or set process.terminal to false");
    }

    /// <summary>Closes what <see cref="Find"/> has opened.</summary>
    public static void Release(FileDescriptor terminal)
    {
        if (terminal > STDERR_FILENO)
            terminal.Dispose();
    }
}
