using System;
using System.Globalization;
using OciRuntime.Cli.Output;

namespace OciRuntime.Cli.CommandLine;

/// <summary>A flag whose value is a number that fits an <c>int</c> and is at least <paramref name="minimum"/>.</summary>
internal sealed class IntFlag(string name, string? alias, string usage, int defaultValue, int minimum) : Flag(name, alias, usage)
{
    private int? _given;

    public int Value => _given ?? defaultValue;

    public override bool NeedsValue => true;

    public override string? DefaultText => defaultValue.ToString(CultureInfo.InvariantCulture);

    protected override void Parse(string? value, string spelling)
    {
        string text = value ?? string.Empty;
        if (!TryParse(text, out long number))
            throw Invalid(text, spelling, "parse error");
        if (number < minimum || number > int.MaxValue)
            throw Invalid(text, spelling, "value out of range");
        _given = (int)number;
    }

    /// <summary>Go's integer literals: decimal, and hexadecimal, octal and binary with a prefix; a leading 0 is octal.</summary>
    internal static bool TryParse(string text, out long number)
    {
        number = 0;
        ReadOnlySpan<char> digits = text;
        bool negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+'))
            digits = digits[1..];
        int radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            radix = (digits[1] | 0x20) switch { 'x' => 16, 'b' => 2, _ => 8 };
            digits = digits[((digits[1] | 0x20) is 'x' or 'b' or 'o' ? 2 : 1)..];
        }
        if (digits.IsEmpty)
            return false;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : int.MaxValue;
            if (digit >= radix)
                return false;
            // Saturates: whatever is beyond an int is out of range, however far.
            number = Math.Min(number * radix + digit, 1L << 40);
        }
        if (negative)
            number = -number;
        return true;
    }

    private static UsageException Invalid(string value, string spelling, string reason) =>
        new($"invalid value {GoString.Quote(value)} for flag -{spelling}: {reason}");
}
