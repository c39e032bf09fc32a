using System;
using System.Buffers.Text;
using System.IO;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Init;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>How an engine learns the new process: <c>--pid-file</c> and <c>--pidfd-socket</c>.</summary>
internal static class PidReport
{
    /// <summary>Digits only, no newline: engines read it so. In place at once, by rename.</summary>
    /// <param name="path">An absolute path; null: nothing to do.</param>
    /// <param name="pid">In the runtime's PID namespace.</param>
    /// <returns>Whether there is a file now.</returns>
    public static bool WriteFile(string? path, int pid)
    {
        if (path is null)
            return false;
        string parent = Path.GetDirectoryName(path) ?? "/";
        try
        {
            using FileDescriptor directory = Check.Fd(open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", parent);
            Span<byte> digits = stackalloc byte[16];
            Utf8Formatter.TryFormat(pid, digits, out int length);
            FileContent.Replace(directory, Path.GetFileName(path), digits[..length], 0x1A4 /* 0644 */);
            return true;
        }
        catch (LinuxException e)
        {
            throw new ContainerException("write the pid file (--pid-file)", e);
        }
    }

    /// <param name="path">The socket's path; null: nothing to do.</param>
    /// <param name="kind">The bytes that go with the descriptor: runc's <c>standard</c> for an init, <c>setns</c> for exec.</param>
    /// <param name="pidfd">The process.</param>
    public static void SendPidfd(string? path, string kind, FileDescriptor pidfd)
    {
        if (path is null)
            return;
        using FileDescriptor socket = UnixSocketAddress.ConnectTo(path, "--pidfd-socket");
        new MessageChannel(socket).SendBytes(System.Text.Encoding.ASCII.GetBytes(kind), pidfd);
    }
}
