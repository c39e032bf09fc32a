using System;
using OciRuntime.Linux;

namespace OciRuntime.Container.Errors;

/// <summary>
/// The one error of the engine: what was being done and on which path or property, which system call failed and
/// how, and what the user can do about it. The message is complete: callers print it as it is.
/// </summary>
public sealed class ContainerException : Exception
{
    /// <summary>An error that no system call caused.</summary>
    public ContainerException(string message, string? remedy = null)
        : base(remedy is null ? message : $"{message}; {remedy}")
    {
    }

    /// <summary>A failed system call, seen from the step that needed it.</summary>
    /// <param name="doing">What was being done, such as <c>mount "proc" on "/proc" (mounts[0])</c>.</param>
    /// <param name="cause">The failed call.</param>
    /// <param name="remedy">What the user can do; null when the error says it.</param>
    public ContainerException(string doing, LinuxException cause, string? remedy = null)
        : base(remedy is null ? $"{doing}: {cause?.Message}" : $"{doing}: {cause?.Message}; {remedy}", cause)
    {
        Errno = cause?.Errno ?? 0;
    }

    /// <summary>The kernel's error number; 0 when no system call caused the error.</summary>
    public int Errno { get; init; }
}
