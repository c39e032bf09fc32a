using System;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IO;

/// <summary>Whole files in memory, by system calls alone.</summary>
public static unsafe class FileContent
{
    private const int FirstBuffer = 4 * 1024;

    /// <summary>Reads to the end of an open file.</summary>
    /// <param name="file">A descriptor that can be read.</param>
    /// <param name="name">For the error.</param>
    /// <param name="limit">Bytes; a longer file is an error.</param>
    /// <exception cref="LinuxException">The read failed; EFBIG: the file is longer than <paramref name="limit"/>.</exception>
    public static ReadOnlyMemory<byte> Read(FileDescriptor file, string name, int limit = int.MaxValue - 64)
    {
        byte[] buffer = new byte[Math.Min(FirstBuffer, limit + 1)];
        int length = 0;
        while (true)
        {
            nint n;
            fixed (byte* p = buffer)
                n = Check.Ok(read(file, p + length, buffer.Length - length), "read", name);
            if (n == 0)
                return buffer.AsMemory(0, length);
            length += (int)n;
            if (length > limit)
                throw new LinuxException("read", Errno.EFBIG, name);
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(Math.Max(buffer.Length * 2L, FirstBuffer), limit + 1L));
        }
    }

    /// <summary>Reads a file below <paramref name="directory"/>; with <see cref="AT_FDCWD"/> from the working directory.</summary>
    public static ReadOnlyMemory<byte> ReadAt(int directory, CString path, int limit = int.MaxValue - 64)
    {
        using FileDescriptor file = Check.Fd(openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY), "open", path.ToString());
        return Read(file, path.ToString(), limit);
    }

    /// <summary>Reads a file of UTF-8 text below <paramref name="directory"/>.</summary>
    /// <exception cref="LinuxException">The file cannot be opened or read.</exception>
    public static string ReadText(int directory, CString path) => Encoding.UTF8.GetString(ReadAt(directory, path).Span);

    public static void WriteAll(FileDescriptor file, ReadOnlySpan<byte> content, string name)
    {
        fixed (byte* p = content)
        {
            for (nint written = 0; written < content.Length;)
                written += Check.Ok(write(file, p + written, content.Length - written), "write", name);
        }
    }

    /// <summary>Makes a file that nobody looks for yet.</summary>
    /// <exception cref="LinuxException">EEXIST and others; what was made is left for the caller to remove.</exception>
    public static void Create(int directory, string name, ReadOnlySpan<byte> content, uint mode)
    {
        using FileDescriptor file = Check.Fd(openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode), "open", name);
        WriteAll(file, content, name);
    }

    /// <summary>
    /// What is there already, a killed process has left, or somebody who may write the directory has put there to own
    /// the file: it goes.
    /// </summary>
    private static FileDescriptor CreateNew(int directory, CString path, string name, uint mode)
    {
        for (int attempts = 100; ; attempts--)
        {
            int file = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
            if (file >= 0)
                return new FileDescriptor(file);
            if (errno != Errno.EEXIST || attempts == 0)
                throw new LinuxException("open", errno, name);
            _ = unlinkat(directory, path, 0);
        }
    }

    /// <summary>
    /// Puts a file in place by rename: whoever reads <paramref name="name"/> sees the old content or the new, whole.
    /// Nothing is left when it fails, a full disk included.
    /// </summary>
    public static void Replace(int directory, string name, ReadOnlySpan<byte> content, uint mode)
    {
        Stage(directory, name, content, mode);
        Publish(directory, name);
    }

    /// <summary>The first half of <see cref="Replace"/>: the new content beside the old, under a name of this process.</summary>
    public static void Stage(int directory, string name, ReadOnlySpan<byte> content, uint mode)
    {
        CString staged = StagedName(name);
        using FileDescriptor file = CreateNew(directory, staged, name, mode);
        try
        {
            WriteAll(file, content, name);
        }
        catch
        {
            _ = unlinkat(directory, staged, 0);
            throw;
        }
    }

    /// <summary>The second half: what was staged takes the name's place.</summary>
    public static void Publish(int directory, string name)
    {
        CString staged = StagedName(name);
        if (renameat(directory, staged, directory, name) == 0)
            return;
        LinuxException cause = new("rename", errno, name);
        _ = unlinkat(directory, staged, 0);
        throw cause;
    }

    private static string StagedName(string name) => $".{name}.{getpid()}";
}
