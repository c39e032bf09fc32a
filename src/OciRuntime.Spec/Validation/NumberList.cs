using System;

namespace OciRuntime.Spec;

/// <summary>Lists of CPUs and of memory nodes such as <c>0-3,7</c> (cpuset(7), "List format").</summary>
internal static class NumberList
{
    /// <summary>Whether the kernel would read it; an empty list is one. Stride and group suffixes are the kernel's extension.</summary>
    public static bool IsValid(string list)
    {
        ReadOnlySpan<char> left = list.AsSpan().Trim();
        while (!left.IsEmpty)
        {
            int comma = left.IndexOf(',');
            ReadOnlySpan<char> item = (comma < 0 ? left : left[..comma]).Trim();
            left = comma < 0 ? [] : left[(comma + 1)..];
            if (!item.IsEmpty && !IsRange(item))
                return false;
        }
        return true;
    }

    private static bool IsRange(ReadOnlySpan<char> item)
    {
        int dash = item.IndexOf('-');
        if (dash < 0)
            return TryParse(item, out _);
        ReadOnlySpan<char> end = item[(dash + 1)..];
        int colon = end.IndexOf(':');
        if (colon >= 0)
        {
            ReadOnlySpan<char> stride = end[(colon + 1)..];
            int slash = stride.IndexOf('/');
            if (slash < 0 || !TryParse(stride[..slash], out int used) || !TryParse(stride[(slash + 1)..], out int group) || used > group || group == 0)
                return false;
            end = end[..colon];
        }
        return TryParse(item[..dash], out int first) && TryParse(end, out int last) && first <= last;
    }

    private static bool TryParse(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        if (text.Length is < 1 or > 9)
            return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            number = (number * 10) + (c - '0');
        }
        return true;
    }
}
