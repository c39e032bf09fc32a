using System;
using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OciRuntime.Container.IO;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Output;

/// <summary>One line of the log in logrus's formats, which engines parse.</summary>
internal static class LogLine
{
    /// <summary><c>time="2006-01-02T15:04:05Z" level=error msg="..."</c>, quoted where logrus quotes.</summary>
    /// <param name="elapsed">Since the program's start; printed when given.</param>
    public static byte[] Text(DateTime utc, LogLevel level, string message, TimeSpan? elapsed)
    {
        var line = new StringBuilder(64 + message.Length);
        line.Append("time=\"").Append(Rfc3339.Seconds(utc)).Append("\" level=").Append(Name(level)).Append(" msg=");
        if (NeedsQuotes(message))
            GoString.AppendQuoted(line, message);
        else
            line.Append(message);
        if (elapsed is { } time)
            line.Append(" elapsed=").Append(Milliseconds(time));
        return Encode(line);
    }

    /// <summary><c>{"level":"error","msg":"...","time":"..."}</c>, keys in alphabetical order.</summary>
    /// <inheritdoc cref="Text"/>
    public static byte[] Json(DateTime utc, LogLevel level, string message, TimeSpan? elapsed)
    {
        var line = new ArrayBufferWriter<byte>(128 + message.Length);
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = PlainJsonEncoder.Instance }))
        {
            json.WriteStartObject();
            if (elapsed is { } time)
                json.WriteString("elapsed"u8, Milliseconds(time));
            json.WriteString("level"u8, Name(level));
            json.WriteString("msg"u8, message);
            json.WriteString("time"u8, Rfc3339.Seconds(utc));
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    /// <summary><c>ERRO[0000] ...</c>, for a terminal; the number is the program's age in seconds.</summary>
    public static byte[] Terminal(LogLevel level, string message, TimeSpan age, bool showElapsed)
    {
        (string name, string color) = level switch
        {
            LogLevel.Error => ("ERRO", "31"),
            LogLevel.Warning => ("WARN", "33"),
            _ => ("DEBU", "37"),
        };
        var line = new StringBuilder(32 + message.Length);
        line.Append("\u001b[").Append(color).Append('m').Append(name).Append("\u001b[0m[");
        line.Append(((int)age.TotalSeconds).ToString("D4", CultureInfo.InvariantCulture)).Append("] ");
        foreach (char c in message)
        {
            // A message may quote what a container or an image wrote: it must not drive the terminal.
            if (c is '\n' or '\t' || !char.IsControl(c))
                line.Append(c);
            else
                line.Append('\ufffd');
        }
        if (showElapsed)
            line.Append(" elapsed=").Append(Milliseconds(age));
        return Encode(line);
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Error => "error",
        LogLevel.Warning => "warning",
        _ => "debug",
    };

    private static string Milliseconds(TimeSpan time) =>
        time.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture) + "ms";

    private static bool NeedsQuotes(string message)
    {
        foreach (char c in message)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '/' or '@' or '^' or '+'))
                return true;
        }
        return false;
    }

    private static byte[] Encode(StringBuilder line) => Encoding.UTF8.GetBytes(line.Append('\n').ToString());
}
