using System.Globalization;
using System.Text;

namespace OciRuntime.Cli.Output;

/// <summary>Go's way of quoting text (<c>%q</c>), which runc's messages and its text log have.</summary>
internal static class GoString
{
    /// <summary>The text between double quotes, with escapes for quotes, backslashes and whatever does not print.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        AppendQuoted(quoted, text);
        return quoted.ToString();
    }

    /// <inheritdoc cref="Quote"/>
    public static void AppendQuoted(StringBuilder to, string text)
    {
        to.Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\': to.Append('\\').Append((char)rune.Value); break;
                case '\a': to.Append("\\a"); break;
                case '\b': to.Append("\\b"); break;
                case '\f': to.Append("\\f"); break;
                case '\n': to.Append("\\n"); break;
                case '\r': to.Append("\\r"); break;
                case '\t': to.Append("\\t"); break;
                case '\v': to.Append("\\v"); break;
                case < 0x20 or 0x7f: AppendHex(to, "\\x", rune.Value, "x2"); break;
                case < 0x7f: to.Append((char)rune.Value); break;
                default:
                    if (Prints(rune))
                        to.Append(rune.ToString());
                    else if (rune.IsBmp)
                        AppendHex(to, "\\u", rune.Value, "x4");
                    else
                        AppendHex(to, "\\U", rune.Value, "x8");
                    break;
            }
        }
        to.Append('"');
    }

    private static bool Prints(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or
        UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or
        UnicodeCategory.SpaceSeparator);

    private static void AppendHex(StringBuilder to, string prefix, int value, string format) =>
        to.Append(prefix).Append(value.ToString(format, CultureInfo.InvariantCulture));
}
