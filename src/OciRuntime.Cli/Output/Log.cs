using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Output;

/// <summary>
/// Errors, warnings and debug messages: to the file of <c>--log</c>, where an error is also repeated on standard
/// error, or to standard error alone.
/// </summary>
internal sealed class Log : IDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly FileDescriptor _file;
    private readonly LogFormat _format;
    private List<string>? _heldWarnings;

    private Log(FileDescriptor file, LogFormat format, bool debug)
    {
        _file = file;
        _format = format;
        DebugEnabled = debug;
    }

    /// <summary>Whether <c>--debug</c> asks for debug messages.</summary>
    public bool DebugEnabled { get; }

    /// <summary>The log before the command line has said anything else.</summary>
    public static Log StandardError() => new(default, LogFormat.Text, false);

    /// <summary>Opens the log.</summary>
    /// <param name="path">The file to append to; null for standard error.</param>
    /// <param name="format">The shape of the lines.</param>
    /// <param name="debug">Whether debug messages are wanted.</param>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public static Log Open(string? path, LogFormat format, bool debug)
    {
        FileDescriptor file = default;
        if (path is not null)
            file = Check.Fd(LibC.open(path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND | LibC.O_CLOEXEC, 0x1a4 /* 0644 */), "open", path);
        return new Log(file, format, debug);
    }

    /// <summary>
    /// Reports why the command failed. podman reads the whole JSON log of a failed create as one object, so warnings
    /// that came before go to standard error instead of the file.
    /// </summary>
    public void Error(string message)
    {
        foreach (string warning in TakeHeldWarnings())
            WriteStandardError("warning: " + warning);
        Write(LogLevel.Error, message);
        if (_file.IsOpen)
            WriteStandardError(message);
    }

    public void Warning(string message)
    {
        if (_file.IsOpen && _format is LogFormat.Json)
            (_heldWarnings ??= []).Add(message);
        else
            Write(LogLevel.Warning, message);
    }

    public void Debug(string message)
    {
        if (DebugEnabled)
            Write(LogLevel.Debug, message);
    }

    /// <summary>Writes the warnings that were held back until it was known that no error follows.</summary>
    public void Dispose()
    {
        foreach (string warning in TakeHeldWarnings())
            Write(LogLevel.Warning, warning);
        _file.Dispose();
    }

    private List<string> TakeHeldWarnings()
    {
        List<string> warnings = _heldWarnings ?? [];
        _heldWarnings = null;
        return warnings;
    }

    private void Write(LogLevel level, string message)
    {
        TimeSpan age = Stopwatch.GetElapsedTime(_start);
        TimeSpan? elapsed = level is LogLevel.Debug ? age : null;
        byte[] line;
        if (_format is LogFormat.Json)
            line = LogLine.Json(DateTime.UtcNow, level, message, elapsed);
        else if (!_file.IsOpen && LibC.isatty(LibC.STDERR_FILENO) == 1)
            line = LogLine.Terminal(level, message, age, elapsed is not null);
        else
            line = LogLine.Text(DateTime.UtcNow, level, message, elapsed);
        // There is no one left to tell when standard error itself cannot be written.
        if (StandardStreams.TryWrite(_file.IsOpen ? _file : LibC.STDERR_FILENO, line) is not 0 and int errno && _file.IsOpen)
            WriteStandardError("write the log (--log): " + Errno.Text(errno));
    }

    private static void WriteStandardError(string message) =>
        _ = StandardStreams.TryWrite(LibC.STDERR_FILENO, Encoding.UTF8.GetBytes(message + "\n"));
}
