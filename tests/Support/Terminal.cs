using System;
using System.IO;
using System.Text;
using System.Threading;
using Mono.Unix.Native;
using static OciRuntime.Tests.Support.NativeMethods;

namespace OciRuntime.Tests.Support;

/// <summary>A pseudoterminal's master, and everything that was read from it.</summary>
public sealed class Terminal : IDisposable
{
    private readonly int _master;
    private readonly StringBuilder _output = new();
    private readonly Thread _reader;
    private int _keeper = -1;

    /// <summary>Takes over a master, such as one that came over a console socket.</summary>
    public Terminal(int master)
    {
        _master = master;
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>The path of the slave, for a terminal that <see cref="Open"/> made.</summary>
    public string SlavePath { get; private init; } = "";

    /// <summary>What was read so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Makes a new pseudoterminal.</summary>
    public static Terminal Open()
    {
        int master = Linux.Check(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt", "");
        Linux.Check(grantpt(master), "grantpt", "");
        Linux.Check(unlockpt(master), "unlockpt", "");
        var name = new byte[64];
        Linux.Check(ptsname_r(master, name, (nuint)name.Length), "ptsname_r", "");
        string path = Encoding.ASCII.GetString(name).TrimEnd('\0');
        // An open slave keeps the master readable while no program has the terminal open.
        int keeper = Linux.Check(Syscall.open(path, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC), "open", path);
        return new Terminal(master) { SlavePath = path, _keeper = keeper };
    }

    /// <summary>Types something.</summary>
    public void Type(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        unsafe
        {
            fixed (byte* pointer = bytes)
                Linux.Check((int)Syscall.write(_master, pointer, (ulong)bytes.Length), "write", "terminal");
        }
    }

    /// <summary>Waits until something was written.</summary>
    public void WaitFor(string text) => Wait.Until(() => Output.Contains(text, StringComparison.Ordinal), $"\"{text}\" on the terminal", () => Output);

    /// <summary>The window's size.</summary>
    public (int Rows, int Columns) Size
    {
        get
        {
            var size = default(WindowSize);
            Linux.Check(ioctl(_master, TIOCGWINSZ, ref size), "TIOCGWINSZ", "terminal");
            return (size.ws_row, size.ws_col);
        }

        set
        {
            var size = new WindowSize { ws_row = (ushort)value.Rows, ws_col = (ushort)value.Columns };
            Linux.Check(ioctl(_master, TIOCSWINSZ, ref size), "TIOCSWINSZ", "terminal");
        }
    }

    /// <summary>The terminal's settings, as stty prints them.</summary>
    public string Settings() => Command.Run("stty", "-F", SlavePath, "-a").Succeeds().Stdout;

    /// <summary>Closes both ends.</summary>
    public void Dispose()
    {
        if (_keeper >= 0)
            Linux.Close(_keeper);
        _keeper = -1;
        Linux.Close(_master);
    }

    private void Read()
    {
        var buffer = new byte[4096];
        while (true)
        {
            long count;
            unsafe
            {
                fixed (byte* pointer = buffer)
                    count = Syscall.read(_master, pointer, (ulong)buffer.Length);
            }

            if (count <= 0)
                return; // EIO: no program has the slave open any more.
            lock (_output)
                _output.Append(Encoding.UTF8.GetString(buffer, 0, (int)count));
        }
    }
}
