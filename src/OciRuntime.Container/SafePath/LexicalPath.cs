using System;
using System.Text;

namespace OciRuntime.Container.SafePath;

/// <summary>
/// Path arithmetic on strings. It says nothing about where a path leads: that is for the kernel to find out,
/// through <see cref="RootDirectory"/>.
/// </summary>
public static class LexicalPath
{
    /// <summary>
    /// The absolute path without <c>.</c>, <c>..</c>, doubled or final slashes; a relative path counts from <c>/</c>,
    /// and <c>..</c> stops there.
    /// </summary>
    public static string Clean(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (IsClean(path))
            return path;
        StringBuilder clean = new(path.Length + 1);
        foreach (Range range in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> name = path.AsSpan(range);
            if (name.IsEmpty || name is ".")
                continue;
            if (name is "..")
                clean.Length = Math.Max(clean.ToString().LastIndexOf('/'), 0);
            else
                clean.Append('/').Append(name);
        }
        return clean.Length == 0 ? "/" : clean.ToString();
    }

    /// <summary>Whether a cleaned path is the cleaned directory or something under it.</summary>
    public static bool IsInside(string path, string directory)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(directory);
        return directory == "/" || (path.StartsWith(directory, StringComparison.Ordinal) &&
            (path.Length == directory.Length || path[directory.Length] == '/'));
    }

    /// <summary>An absolute path as it is, another one counted from <paramref name="directory"/>; cleaned.</summary>
    public static string Absolute(string path, string directory)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Clean(path.StartsWith('/') ? path : $"{directory}/{path}");
    }

    /// <summary>The part before the last slash of a cleaned path; <c>/</c> at the top.</summary>
    public static string Parent(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    /// <summary>The part after the last slash of a cleaned path.</summary>
    public static string Name(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path[(path.LastIndexOf('/') + 1)..];
    }

    private static bool IsClean(string path) =>
        path.StartsWith('/') && (path.Length == 1 || !path.EndsWith('/')) &&
        !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal);
}
