using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>The environment of the container's process, as runc prepares it.</summary>
public sealed class ProcessEnvironment
{
    /// <summary>How much of a container's <c>/etc/passwd</c> is looked at: the file is the image's, and may be endless.</summary>
    private const int PasswdLimit = 1 << 20;

    private readonly List<string> _variables;

    private ProcessEnvironment(List<string> variables, string? path, bool hasHome)
    {
        _variables = variables;
        Path = path;
        HasHome = hasHome;
    }

    /// <summary>The value of <c>PATH</c>, by which the executable is found; null when it is not set.</summary>
    public string? Path { get; }

    /// <summary>Whether <c>HOME</c> is set and not empty.</summary>
    public bool HasHome { get; }

    public IReadOnlyList<string> Variables => _variables;

    /// <summary>Of several values for one name the last one stays, in its place; an empty <c>HOME</c> counts as absent.</summary>
    /// <param name="variables">NAME=value each; validation has checked that.</param>
    public static ProcessEnvironment From(IReadOnlyList<string>? variables)
    {
        int count = variables?.Count ?? 0;
        List<string> kept = new(count + 1);
        HashSet<string> set = new(count);
        string? path = null;
        bool hasHome = false;
        for (int i = count - 1; i >= 0; i--)
        {
            string variable = variables![i];
            string name = variable[..(variable.IndexOf('=', StringComparison.Ordinal) + 1)];
            if (!set.Add(name))
                continue;
            if (name == "PATH=")
                path = variable[name.Length..];
            if (name == "HOME=")
            {
                if (variable.Length == name.Length)
                    continue;
                hasHome = true;
            }

            kept.Add(variable);
        }

        kept.Reverse();
        return new ProcessEnvironment(kept, path, hasHome);
    }

    /// <summary>Inside the container: adds <c>HOME</c> from its <c>/etc/passwd</c> where the config has none, <c>/</c> when the user is not listed.</summary>
    public void AddHome(uint uid)
    {
        if (!HasHome)
            _variables.Add("HOME=" + (HomeOf(uid) ?? "/"));
    }

    /// <summary>No name service, as in runc: the image's own file decides. It must be a regular file: a FIFO would block.</summary>
    private static unsafe string? HomeOf(uint uid)
    {
        open_how how = new() { flags = (ulong)(O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), resolve = RESOLVE_NO_MAGICLINKS };
        using FileDescriptor file = new(openat2(AT_FDCWD, "/etc/passwd", &how));
        if (!file.IsOpen || fstatx(file, out statx_t status) < 0 || status.Type != S_IFREG)
            return null;

        byte[] content = new byte[Math.Min(status.stx_size, PasswdLimit)];
        int length = 0;
        fixed (byte* p = content)
        {
            nint n;
            while (length < content.Length && (n = read(file, p + length, content.Length - length)) > 0)
                length += (int)n;
        }

        foreach (Range range in content.AsSpan(0, length).Split((byte)'\n'))
        {
            string line = Encoding.UTF8.GetString(content.AsSpan(0, length)[range]);
            string[] fields = line.Split(':');
            if (fields.Length >= 6 && fields[5].Length > 0
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id == uid)
            {
                return fields[5];
            }
        }

        return null;
    }
}
