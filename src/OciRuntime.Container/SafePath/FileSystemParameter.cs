using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.SafePath;

/// <summary>One parameter of a file system, as <c>fsconfig(2)</c> takes it: <c>size=64k</c> or <c>newinstance</c>.</summary>
/// <param name="Key">The part before the first <c>=</c>.</param>
/// <param name="Value">The part after it; the default value when there is no <c>=</c>.</param>
/// <param name="HasValue">Whether there is a <c>=</c>.</param>
public readonly record struct FileSystemParameter(CString Key, CString Value, bool HasValue)
{
    /// <summary>The longest value that <c>fsconfig(2)</c> takes, in bytes without the final NUL.</summary>
    public const int MaximumLength = 255;

    public FileSystemParameter(string key, string? value = null) : this(key, value, value is not null)
    {
    }

    internal uint Command => HasValue ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

    public override string ToString() => HasValue ? $"{Key}={Value}" : Key.ToString();
}
