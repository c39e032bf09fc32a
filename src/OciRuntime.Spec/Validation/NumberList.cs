using System;

namespace OciRuntime.Spec;

/// <summary>Lists of CPUs and of memory nodes such as <c>0-3,7</c> (cpuset(7), "List format").</summary>
public static class NumberList
{
    /// <summary>Whether the kernel would read it; an empty list is one. Stride and group suffixes are the kernel's extension.</summary>
    /// <param name="list">The list.</param>
    /// <param name="highest">The highest number that may be in it.</param>
    public static bool IsValid(string list, int highest = int.MaxValue)
    {
        ReadOnlySpan<char> left = list.AsSpan().Trim();
        while (!left.IsEmpty)
        {
            int comma = left.IndexOf(',');
            ReadOnlySpan<char> item = (comma < 0 ? left : left[..comma]).Trim();
            left = comma < 0 ? [] : left[(comma + 1)..];
            if (!item.IsEmpty && (!TryParseRange(item, out Range range) || range.Last > highest))
                return false;
        }
        return true;
    }

    /// <summary>The bits of a valid list's numbers, lowest first, in words as the kernel takes masks.</summary>
    public static ulong[] ToMask(string list)
    {
        ArgumentNullException.ThrowIfNull(list);
        ulong[] mask = new ulong[1];
        foreach (System.Range part in list.AsSpan().Split(','))
        {
            ReadOnlySpan<char> item = list.AsSpan(part).Trim();
            if (item.IsEmpty || !TryParseRange(item, out Range range))
                continue;
            if (range.Last / 64 >= mask.Length)
                Array.Resize(ref mask, (range.Last / 64) + 1);
            for (int number = range.First; number <= range.Last; number++)
            {
                if ((number - range.First) % range.Group < range.Used)
                    mask[number / 64] |= 1UL << (number % 64);
            }
        }
        return mask;
    }

    private static bool TryParseRange(ReadOnlySpan<char> item, out Range range)
    {
        range = new(0, 0, 1, 1);
        int dash = item.IndexOf('-');
        if (dash < 0)
        {
            bool isNumber = TryParse(item, out int number);
            range = range with { First = number, Last = number };
            return isNumber;
        }
        ReadOnlySpan<char> end = item[(dash + 1)..];
        int colon = end.IndexOf(':');
        if (colon >= 0)
        {
            ReadOnlySpan<char> stride = end[(colon + 1)..];
            int slash = stride.IndexOf('/');
            if (slash < 0 || !TryParse(stride[..slash], out int used) || !TryParse(stride[(slash + 1)..], out int group) || used > group || group == 0)
                return false;
            range = range with { Used = used, Group = group };
            end = end[..colon];
        }
        if (!TryParse(item[..dash], out int first) || !TryParse(end, out int last) || first > last)
            return false;
        range = range with { First = first, Last = last };
        return true;
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

    /// <summary>From first to last, of every group of numbers the first ones.</summary>
    private readonly record struct Range(int First, int Last, int Used, int Group);
}
