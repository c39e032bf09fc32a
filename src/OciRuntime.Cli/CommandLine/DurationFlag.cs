using System;
using System.Globalization;
using OciRuntime.Cli.Output;

namespace OciRuntime.Cli.CommandLine;

/// <summary>A flag whose value is a time in Go's notation, such as <c>1.5s</c> or <c>1m30s</c>.</summary>
/// <param name="name">The flag's name.</param>
/// <param name="alias">A second name.</param>
/// <param name="usage">One line for the help text.</param>
/// <param name="defaultText">The default value, in the same notation.</param>
internal sealed class DurationFlag(string name, string? alias, string usage, string defaultText) : Flag(name, alias, usage)
{
    private TimeSpan? _given;

    public TimeSpan Value => _given ?? TryParse(defaultText) ?? TimeSpan.Zero;

    public override bool NeedsValue => true;

    public override string? DefaultText => defaultText;

    protected override void Parse(string? value, string spelling) => _given = TryParse(value ?? string.Empty)
        ?? throw new UsageException($"invalid value {GoString.Quote(value ?? string.Empty)} for flag -{spelling}: parse error");

    /// <summary>As Go's <c>time.ParseDuration</c>, in steps of 100 ns; null for what is not such a time.</summary>
    internal static TimeSpan? TryParse(string text)
    {
        ReadOnlySpan<char> rest = text;
        bool negative = rest.StartsWith('-');
        if (negative || rest.StartsWith('+'))
            rest = rest[1..];
        if (rest is "0")
            return TimeSpan.Zero;
        if (rest.IsEmpty)
            return null;
        decimal nanoseconds = 0;
        while (!rest.IsEmpty)
        {
            int digits = LengthOf(rest, static c => char.IsAsciiDigit(c) || c == '.');
            int unit = LengthOf(rest[digits..], static c => !char.IsAsciiDigit(c) && c != '.');
            decimal? factor = rest.Slice(digits, unit) switch
            {
                "ns" => 1m,
                "us" or "\u00b5s" or "\u03bcs" => 1_000m,
                "ms" => 1_000_000m,
                "s" => 1_000_000_000m,
                "m" => 60_000_000_000m,
                "h" => 3_600_000_000_000m,
                _ => null,
            };
            if (factor is null || digits > 25 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
                return null;
            if (number > long.MaxValue / factor.Value)
                return null;
            nanoseconds += number * factor.Value;
            if (nanoseconds > long.MaxValue)
                return null;
            rest = rest[(digits + unit)..];
        }
        // A time that is not nothing stays so.
        long ticks = (long)Math.Ceiling(nanoseconds / 100);
        return TimeSpan.FromTicks(negative ? -ticks : ticks);
    }

    private static int LengthOf(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        int length = 0;
        while (length < text.Length && belongs(text[length]))
            length++;
        return length;
    }
}
