using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary><c>linux.timeOffsets</c>: what a new time namespace adds to the clocks, time_namespaces(7).</summary>
public static class TimeOffsets
{
    private const string Path = "/proc/self/timens_offsets";

    /// <summary>
    /// Opens the caller's file, while paths still mean the runtime's own: a mount namespace that is then joined may have
    /// anything in the place of /proc.
    /// </summary>
    public static FileDescriptor Open()
    {
        try
        {
            FileDescriptor file = Check.Fd(open(Path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), "open", Path);
            return fstatfs(file, out statfs_t fs) == 0 && fs.f_type == PROC_SUPER_MAGIC
                ? file
                : throw new ContainerException("set linux.timeOffsets: /proc is not a proc file system");
        }
        catch (LinuxException e)
        {
            throw new ContainerException("set linux.timeOffsets", e, e.Errno == Errno.ENOENT ? "the kernel has no time namespaces (CONFIG_TIME_NS), or /proc is not mounted" : null);
        }
    }

    /// <summary>
    /// Makes the time namespace for the caller's next child and sets its clocks. The kernel takes offsets only while
    /// nobody is inside, so it cannot be made by the clone that makes its first process.
    /// </summary>
    /// <param name="file">From <see cref="Open"/>, by the caller.</param>
    /// <param name="offsets">By the name of the clock.</param>
    /// <exception cref="ContainerException">The kernel refuses them.</exception>
    public static void MakeForChild(FileDescriptor file, IReadOnlyDictionary<string, LinuxTimeOffset> offsets)
    {
        Check.Ok(unshare((int)CLONE_NEWTIME), "unshare(CLONE_NEWTIME)");
        StringBuilder lines = new();
        foreach ((string clock, LinuxTimeOffset offset) in offsets)
            lines.Append(CultureInfo.InvariantCulture, $"{clock} {offset.Secs ?? 0} {offset.Nanosecs ?? 0}\n");
        try
        {
            FileContent.WriteAll(file, Encoding.ASCII.GetBytes(lines.ToString()), Path);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("set linux.timeOffsets", e, e.Errno == Errno.ERANGE ? "a clock may not go below zero, nor beyond 146 years" : null);
        }
    }
}
