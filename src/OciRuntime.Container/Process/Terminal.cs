using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>A pseudo terminal of the container's own devpts, pts(4).</summary>
public static unsafe class Terminal
{
    private const uint PtmxMajor = 5;
    private const uint PtmxMinor = 2;

    /// <summary>
    /// Opens a new terminal inside the container. <c>/dev/ptmx</c> is the image's to replace: the file must be the
    /// real multiplexer on a devpts, and the other end comes from the kernel (TIOCGPTPEER), never from a path
    /// (CVE-2025-52565).
    /// </summary>
    public static (FileDescriptor Master, FileDescriptor Slave) Open(Box? size)
    {
        open_how how = new() { flags = (ulong)(O_RDWR | O_NOCTTY | O_CLOEXEC), resolve = RESOLVE_NO_MAGICLINKS };
        FileDescriptor master = new(openat2(AT_FDCWD, "/dev/pts/ptmx", &how));
        if (!master.IsOpen)
            throw new ContainerException("open the container's terminal (process.terminal)", new LinuxException("open", errno, "/dev/pts/ptmx"), "mount a devpts on /dev/pts");
        Check.Ok(fstatx(master, out statx_t status), "statx", "/dev/pts/ptmx");
        Check.Ok(fstatfs(master, out statfs_t fs), "fstatfs", "/dev/pts/ptmx");
        if (status.Type != S_IFCHR || status.stx_rdev_major != PtmxMajor || status.stx_rdev_minor != PtmxMinor || fs.f_type != DEVPTS_SUPER_MAGIC)
            throw new ContainerException("open the container's terminal (process.terminal): /dev/pts/ptmx is not the terminal multiplexer of a devpts");

        int unlock = 0;
        Check.Ok(ioctl(master, TIOCSPTLCK, (nint)(&unlock)), "ioctl(TIOCSPTLCK)");
        FileDescriptor slave = Check.Fd(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), "ioctl(TIOCGPTPEER)");
        if (size is { Height: > 0, Width: > 0 })
        {
            winsize window = new() { ws_row = (ushort)size.Height, ws_col = (ushort)size.Width };
            Check.Ok(ioctl(master, TIOCSWINSZ, (nint)(&window)), "ioctl(TIOCSWINSZ)");
        }

        return (master, slave);
    }

    /// <summary>Makes the terminal the controlling one of the caller, a session leader, and its stdio.</summary>
    public static void TakeOver(FileDescriptor slave)
    {
        for (int fd = 0; fd <= STDERR_FILENO; fd++)
            Check.Ok(dup3(slave, fd, 0), "dup3");
        Check.Ok(ioctl(STDIN_FILENO, TIOCSCTTY, 0), "ioctl(TIOCSCTTY)");
    }
}
