using System;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// Between the user's terminal and the container's: raw mode while it lasts, bytes both ways, window size. The
/// user's own descriptors stay as they are, blocking, since they are shared with the shell; the master does not block.
/// </summary>
internal sealed unsafe class TerminalRelay : IDisposable
{
    /// <summary>How many entries <see cref="Fill"/> writes.</summary>
    public const int DescriptorCount = 2;

    private const int BufferSize = 16 * 1024;

    private readonly FileDescriptor _master;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly byte[] _input = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);

    /// <summary>Of <see cref="_input"/>, what the container's terminal has not taken yet.</summary>
    private ReadOnlyMemory<byte> _pending;
    private readonly FileDescriptor _host = HostTerminal.Find();

    /// <summary>The other side, once the container had closed it (<see cref="HoldOpen"/>).</summary>
    private FileDescriptor _slave;
    private termios _original;
    private bool _inputOpen = true;
    private bool _outputOpen = true;

    private TerminalRelay(FileDescriptor master)
    {
        _master = master;
        fixed (termios* original = &_original)
            Check.Ok(ioctl(_host, TCGETS, (nint)original), "ioctl(TCGETS)");
    }

    public static TerminalRelay Begin(FileDescriptor master)
    {
        TerminalRelay relay = new(master);
        Check.Ok(fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK), "fcntl(F_SETFL)");
        relay.FollowWindowSize();
        termios raw = relay._original;
        MakeRaw(ref raw);
        Check.Ok(ioctl(relay._host, TCSETS, (nint)(&raw)), "ioctl(TCSETS)");
        return relay;
    }

    public int Fill(pollfd* fds)
    {
        bool hasPending = !_pending.IsEmpty;
        short wanted = (short)((_outputOpen ? POLLIN : 0) | (hasPending ? POLLOUT : 0));
        fds[0] = new() { fd = _inputOpen && !hasPending ? STDIN_FILENO : -1, events = POLLIN };
        fds[1] = new() { fd = wanted != 0 ? _master : -1, events = wanted };
        return DescriptorCount;
    }

    public void Serve(pollfd* fds)
    {
        if (fds[0].revents != 0)
            ReadInput();
        if (!_pending.IsEmpty)
            WriteInput();
        if (_outputOpen && (fds[1].revents & ~POLLOUT) != 0)
            _outputOpen = CopyOutput();
    }

    /// <summary>What the container's last process wrote before it ended.</summary>
    public void Drain()
    {
        pollfd fd = new() { fd = _master, events = POLLIN };
        while (_outputOpen && poll(&fd, 1, 0) > 0)
            _outputOpen = CopyOutput();
    }

    public void FollowWindowSize()
    {
        winsize size;
        if (ioctl(_host, TIOCGWINSZ, (nint)(&size)) == 0)
            _ = ioctl(_master, TIOCSWINSZ, (nint)(&size));
    }

    public void Dispose()
    {
        fixed (termios* original = &_original)
            _ = ioctl(_host, TCSETS, (nint)original);
        HostTerminal.Release(_host);
        _slave.Dispose();
        _master.Dispose();
    }

    private void ReadInput()
    {
        fixed (byte* p = _input)
        {
            nint n = read(STDIN_FILENO, p, BufferSize);
            if (n > 0)
                _pending = _input.AsMemory(0, (int)n);
            else
                _inputOpen = n < 0 && errno is Errno.EINTR or Errno.EAGAIN;
        }
    }

    /// <summary>
    /// As much as the terminal takes. Waiting for the rest here would be a deadlock with a program that reads on only
    /// after its output is taken (a long text pasted to <c>cat</c>).
    /// </summary>
    private void WriteInput()
    {
        fixed (byte* p = _pending.Span)
        {
            nint n = write(_master, p, _pending.Length);
            if (n >= 0)
                _pending = _pending[(int)n..];
            else if (errno is not (Errno.EINTR or Errno.EAGAIN))
                (_pending, _inputOpen) = (default, false);
        }
    }

    /// <summary>False when nothing can come or nobody takes the bytes any more.</summary>
    private bool CopyOutput()
    {
        fixed (byte* p = _buffer)
        {
            nint n = read(_master, p, BufferSize);
            if (n <= 0)
                return n < 0 && (errno is Errno.EINTR or Errno.EAGAIN || (errno == Errno.EIO && HoldOpen()));
            for (nint written = 0; written < n;)
            {
                nint w = write(STDOUT_FILENO, p + written, n - written);
                if (w < 0 && errno is not (Errno.EINTR or Errno.EAGAIN))
                    return false;
                written += Math.Max(w, 0);
            }

            return true;
        }
    }

    /// <summary>
    /// EIO: nobody has the container's side open. That is not the end: a getty closes its terminal and opens it anew,
    /// and so does a service manager between a login and the next. A descriptor of its own for that side keeps poll(2)
    /// from reporting the hang-up over and over until then.
    /// </summary>
    private bool HoldOpen()
    {
        if (_slave.IsOpen)
            return false;
        int slave = ioctl(_master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (slave < 0)
            return false;
        _slave = new FileDescriptor(slave);
        return true;
    }

    /// <summary>cfmakeraw(3).</summary>
    private static void MakeRaw(ref termios t)
    {
        t.c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        t.c_oflag &= ~OPOST;
        t.c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
        t.c_cflag = (t.c_cflag & ~(CSIZE | PARENB)) | CS8;
        t.c_cc[VMIN] = 1;
        t.c_cc[VTIME] = 0;
    }
}
