using System;
using System.Buffers.Text;
using System.Globalization;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>What <c>/proc/PID/stat</c> tells of a process, proc(5).</summary>
/// <param name="State">R, S, D, Z, … of the first thread; NUL when there is no such process.</param>
/// <param name="Threads">How many there are; a first thread that has ended counts until the last one has.</param>
/// <param name="StartTime">Clock ticks since boot: with the pid it names one process for ever.</param>
/// <param name="Flags">The kernel's flags of the process, PF_* in include/linux/sched.h; a zombie keeps them.</param>
public readonly record struct ProcessStatus(char State, uint Threads, ulong StartTime, uint Flags)
{
    private const uint PF_FORKNOEXEC = 0x40;

    private const string Own = "/proc/self/stat";

    /// <summary>
    /// Whether the process runs code, or may again: a zombie does not, unless only its first thread has ended. A program
    /// does that by mistake, or so as to be taken for dead.
    /// </summary>
    public bool IsAlive => State is not ('\0' or 'Z' or 'X' or 'x') || (State == 'Z' && Threads > 1);

    /// <summary>Whether the process, which may have ended, has executed nothing since it was cloned.</summary>
    public bool HasNotExecuted => (Flags & PF_FORKNOEXEC) != 0;

    /// <exception cref="LinuxException">
    /// It cannot be known, for want of memory or of a /proc: a process that is only not seen must not count as ended.
    /// </exception>
    public static ProcessStatus Of(int pid)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat");
        using FileDescriptor file = new(open(path, O_RDONLY | O_CLOEXEC));
        if (!file.IsOpen)
        {
            int error = errno;
            return error is Errno.ENOENT or Errno.ESRCH && faccessat(AT_FDCWD, Own, F_OK, 0) == 0
                ? default
                : throw new LinuxException("open", error, error == Errno.ENOENT ? Own : path);
        }

        ReadOnlySpan<byte> stat;
        try
        {
            stat = FileContent.Read(file, "stat", 4096).Span;
        }
        catch (LinuxException e) when (e.Errno == Errno.ESRCH)
        {
            return default;
        }

        // The second field is the command in parentheses, which may hold anything, parentheses too.
        stat = stat[(stat.LastIndexOf((byte)')') + 2)..];
        char state = (char)stat[0];
        for (int field = 3; field < 9; field++)
            stat = stat[(stat.IndexOf((byte)' ') + 1)..];
        bool parsed = Utf8Parser.TryParse(stat, out uint flags, out _);
        for (int field = 9; field < 20; field++)
            stat = stat[(stat.IndexOf((byte)' ') + 1)..];
        parsed &= Utf8Parser.TryParse(stat, out uint threads, out _);
        for (int field = 20; field < 22; field++)
            stat = stat[(stat.IndexOf((byte)' ') + 1)..];
        return parsed & Utf8Parser.TryParse(stat, out ulong startTime, out _) ? new(state, threads, startTime, flags) : default;
    }
}
