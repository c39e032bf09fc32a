using System;

namespace OciRuntime.Spec;

/// <summary>
/// Versions of the specification (config.md, "Specification version"). A configuration for a newer minor version may
/// use what this runtime does not know and would silently ignore: it is refused.
/// </summary>
public static class SpecVersion
{
    /// <summary>The newest version that is implemented, which everything written here names.</summary>
    public const string Current = "1.3.0";

    /// <summary>The oldest version that is accepted.</summary>
    public const string Oldest = "1.0.0";

    private const int Major = 1;
    private const int NewestMinor = 3;

    /// <summary>What is wrong with <paramref name="version"/>; null when it is SemVer and from 1.0.0 to 1.3.x, pre-releases and builds included.</summary>
    public static string? Validate(string version)
    {
        int build = version.IndexOf('+');
        ReadOnlySpan<char> rest = build < 0 ? version : version.AsSpan(0, build);
        int prerelease = rest.IndexOf('-');
        ReadOnlySpan<char> core = prerelease < 0 ? rest : rest[..prerelease];

        if ((build >= 0 && !AreIdentifiers(version.AsSpan(build + 1), zeroPadded: true))
            || (prerelease >= 0 && !AreIdentifiers(rest[(prerelease + 1)..], zeroPadded: false))
            || !TakeNumber(ref core, '.', out int major)
            || !TakeNumber(ref core, '.', out int minor)
            || !TakeNumber(ref core, '\0', out _))
        {
            return $"{JsonPath.Quote(version)} is not a SemVer version as {Current}";
        }
        return major == Major && minor <= NewestMinor
            ? null
            : $"{JsonPath.Quote(version)} is not supported: versions {Oldest} to {Major}.{NewestMinor}.x are";
    }

    /// <summary>Takes a number without leading zeros and the separator behind it, or for NUL the end.</summary>
    private static bool TakeNumber(ref ReadOnlySpan<char> text, char separator, out int number)
    {
        int length = separator == '\0' ? text.Length : text.IndexOf(separator);
        number = 0;
        if (length is < 1 or > 9 || (length > 1 && text[0] == '0'))
            return false;
        foreach (char c in text[..length])
        {
            if (!char.IsAsciiDigit(c))
                return false;
            number = (number * 10) + (c - '0');
        }
        text = separator == '\0' ? [] : text[(length + 1)..];
        return true;
    }

    /// <summary>SemVer's dot-separated identifiers; numbers may begin with a zero in builds, but not in pre-releases.</summary>
    private static bool AreIdentifiers(ReadOnlySpan<char> text, bool zeroPadded)
    {
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> identifier = text[range];
            bool number = true;
            foreach (char c in identifier)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return false;
                number &= char.IsAsciiDigit(c);
            }
            if (identifier.IsEmpty || (number && !zeroPadded && identifier.Length > 1 && identifier[0] == '0'))
                return false;
        }
        return true;
    }
}
