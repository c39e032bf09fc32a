using System;
using System.Globalization;
using System.Text;

namespace OciRuntime.Spec;

/// <summary>
/// JSON paths for messages. Names and values come from files that others wrote: whatever could play with a terminal
/// or a log is escaped, and long ones are cut.
/// </summary>
public static class JsonPath
{
    private const int MaxShown = 128;

    /// <summary><c>parent.name</c>, or <c>parent["na.me"]</c> for keys that would be ambiguous.</summary>
    public static string Property(string parent, string name)
    {
        bool plain = name.Length > 0;
        foreach (char c in name)
            plain &= char.IsAsciiLetterOrDigit(c) || c == '_';
        if (!plain)
            return $"{parent}[{Quote(name)}]";
        return parent.Length == 0 ? name : $"{parent}.{name}";
    }

    /// <summary><c>parent[3]</c>.</summary>
    public static string Item(string parent, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{parent}[{index}]");

    /// <summary>The value in double quotes, on one line.</summary>
    public static string Quote(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (Rune rune in value.AsSpan(0, Math.Min(value.Length, MaxShown)).EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
                quoted.Append('\\').Append((char)rune.Value);
            else if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else
                quoted.Append(rune.ToString());
        }
        return quoted.Append(value.Length > MaxShown ? "…\"" : "\"").ToString();
    }
}
