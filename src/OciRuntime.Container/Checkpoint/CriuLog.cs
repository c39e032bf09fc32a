using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>The file in which CRIU tells what it does.</summary>
/// <param name="directory">The directory that it is written to.</param>
/// <param name="name">Its name: <c>dump.log</c> or <c>restore.log</c>, which engines look for.</param>
internal sealed class CriuLog(CriuDirectory directory, string name)
{
    /// <summary>How many errors a message repeats: the first ones, the others are what they led to.</summary>
    private const int Limit = 5;

    /// <summary>Bytes at the log's end in which errors are looked for.</summary>
    private const int TailLength = 1024 * 1024;

    public string Name => name;

    public string Path => $"{directory.Path}/{name}";

    /// <summary>Takes the log of a former run away: a CRIU that fails before it opens its own must not be told by that.</summary>
    /// <exception cref="ContainerException">CRIU could not write it either, and has no other place to say why.</exception>
    public void RemoveFormer()
    {
        if (unlinkat(directory.Descriptor, name, 0) < 0 && errno != Errno.ENOENT)
            throw new ContainerException($"write {Path}", new LinuxException("unlink", errno, name), "name another directory with --work-path");
    }

    /// <summary>The first errors at its end, without their times; empty when there is none, or no log.</summary>
    public string Errors()
    {
        string text;
        try
        {
            using FileDescriptor file = Check.Fd(openat(directory.Descriptor, name, O_RDONLY | O_CLOEXEC | O_NOCTTY), "open", name);
            _ = lseek(file, -TailLength, SEEK_END);
            text = Encoding.UTF8.GetString(FileContent.Read(file, name, 2 * TailLength).Span);
        }
        catch (LinuxException)
        {
            // Nothing to add to the failure that is being reported.
            return "";
        }

        List<string> errors = [];
        foreach (string line in text.Split('\n'))
        {
            int start = line.IndexOf("Error (", StringComparison.Ordinal);
            if (start >= 0 && errors.Count < Limit)
                errors.Add(line[start..].Trim());
        }

        return string.Join("; ", errors);
    }
}
