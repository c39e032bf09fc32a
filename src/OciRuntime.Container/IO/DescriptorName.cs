using System.Globalization;
using System.Text;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IO;

/// <summary>What <c>/proc/PID/fd</c> calls an open file: its path, or <c>pipe:[INODE]</c> and the like.</summary>
internal static unsafe class DescriptorName
{
    /// <summary>Of this process's descriptor; null leaves <c>errno</c>.</summary>
    public static string? TryOf(int descriptor) => TryOf("self", descriptor);

    /// <summary>Of another process's descriptor; null leaves <c>errno</c>.</summary>
    public static string? TryOf(int pid, int descriptor) => TryOf(pid.ToString(CultureInfo.InvariantCulture), descriptor);

    private static string? TryOf(string process, int descriptor)
    {
        const int longest = 4096;
        byte* buffer = stackalloc byte[longest];
        nint length = readlinkat(AT_FDCWD, string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd/{descriptor}"), buffer, longest);
        return length < 0 ? null : Encoding.UTF8.GetString(buffer, (int)length);
    }
}
