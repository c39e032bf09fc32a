using System;

namespace OciRuntime.Linux;

/// <summary>A system call failed: which one, on what, and with which <c>errno</c>.</summary>
public sealed class LinuxException : Exception
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="call">The system call's name.</param>
    /// <param name="errno">The kernel's error number, 1 to 4095.</param>
    /// <param name="subject">The path, or whatever else the call was about; null or empty when there is nothing to name.</param>
    public LinuxException(string call, int errno, string? subject = null)
        : base(string.IsNullOrEmpty(subject)
            ? $"{call}: {Linux.Errno.Text(errno)}"
            : $"{call} {subject}: {Linux.Errno.Text(errno)}")
    {
        Call = call;
        Errno = errno;
        Subject = subject;
    }

    public string Call { get; }

    public int Errno { get; }

    public string? Subject { get; }
}
