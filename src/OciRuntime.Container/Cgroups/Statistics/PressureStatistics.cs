using System;
using System.Globalization;
using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>How long tasks have waited for a resource (psi.rst).</summary>
/// <param name="Some">At least one task waited.</param>
/// <param name="Full">All tasks waited.</param>
public sealed record PressureStatistics(PressureLine Some, PressureLine Full)
{
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("psi");
        Some.Write(writer, "some");
        Full.Write(writer, "full");
        writer.WriteEndObject();
    }

    /// <summary>Of a <c>*.pressure</c> file: <c>some avg10=0.00 avg60=0.00 avg300=0.00 total=0</c>.</summary>
    internal static PressureStatistics Parse(string text)
    {
        PressureLine some = default;
        PressureLine full = default;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = text.AsSpan(range);
            if (line.StartsWith("some "))
                some = Line(line[5..]);
            else if (line.StartsWith("full "))
                full = Line(line[5..]);
        }
        return new PressureStatistics(some, full);
    }

    private static PressureLine Line(ReadOnlySpan<char> text)
    {
        PressureLine line = default;
        foreach (Range range in text.Split(' '))
        {
            ReadOnlySpan<char> field = text[range];
            int equals = field.IndexOf('=');
            if (equals < 0)
                continue;
            ReadOnlySpan<char> value = field[(equals + 1)..];
            line = field[..equals] switch
            {
                "avg10" => line with { Average10 = Percent(value) },
                "avg60" => line with { Average60 = Percent(value) },
                "avg300" => line with { Average300 = Percent(value) },
                "total" => line with { Total = CgroupDirectory.ParseNumber(value) },
                _ => line,
            };
        }
        return line;
    }

    private static double Percent(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value : 0;
}
