using System;
using System.Text;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Output;

/// <summary>
/// Writes to descriptors 1 and 2 by system call. <c>System.Console</c> would change the terminal's and the signals'
/// state, start a thread and cost more than the rest of a short command.
/// </summary>
internal static class StandardStreams
{
    /// <summary>Writes to standard output.</summary>
    /// <exception cref="LinuxException">Standard output is closed, or its reader or its disk is gone.</exception>
    public static void Write(ReadOnlySpan<byte> bytes)
    {
        int errno = TryWrite(LibC.STDOUT_FILENO, bytes);
        if (errno != 0)
            throw new LinuxException("write", errno, "standard output");
    }

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public static void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes everything; returns 0, or the error number of the write that failed.</summary>
    public static unsafe int TryWrite(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint written = 0;
            while (written < bytes.Length)
            {
                nint count = LibC.write(fd, start + written, bytes.Length - written);
                if (count >= 0)
                    written += count;
                else if (LibC.errno != Errno.EINTR)
                    return LibC.errno;
            }
        }
        return 0;
    }
}
