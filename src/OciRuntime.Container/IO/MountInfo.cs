using System;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IO;

/// <summary><c>/proc/self/mountinfo</c> and its fields, proc_pid_mountinfo(5).</summary>
internal static class MountInfo
{
    /// <summary>All mounts of the caller's mount namespace, a line each.</summary>
    /// <exception cref="LinuxException">The file cannot be read.</exception>
    public static string Read() => Encoding.UTF8.GetString(FileContent.ReadAt(AT_FDCWD, "/proc/self/mountinfo").Span);

    /// <summary>The kernel writes space, tab, newline and backslash as a backslash and three octal digits.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool escaped = text[i] == '\\' && i + 3 < text.Length;
            result.Append(escaped ? (char)(((text[i + 1] - '0') * 64) + ((text[i + 2] - '0') * 8) + (text[i + 3] - '0')) : text[i]);
            i += escaped ? 3 : 0;
        }
        return result.ToString();
    }
}
