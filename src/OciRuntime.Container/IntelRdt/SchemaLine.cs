using System;
using System.Collections.Generic;
using System.Globalization;

namespace OciRuntime.Container.IntelRdt;

/// <summary>
/// A line of a <c>schemata</c> file, such as <c>L3:0=ff;1=3</c>: for each cache, by its id, a bit mask in hexadecimal, or
/// a bandwidth in decimal digits.
/// </summary>
internal sealed class SchemaLine
{
    private readonly Dictionary<string, string> _values = [];

    private SchemaLine(string resource) => Resource = resource;

    /// <summary>What is divided: <c>L3</c>, <c>L2</c>, <c>MB</c> and others.</summary>
    public string Resource { get; }

    /// <summary>Null when the line is none.</summary>
    public static SchemaLine? Parse(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return null;
        SchemaLine schema = new(line[..colon].Trim());
        foreach (string part in line[(colon + 1)..].Split(';'))
        {
            string[] pair = part.Split('=');
            if (pair.Length != 2)
                return null;
            schema._values[Canonical(pair[0])] = Canonical(pair[1]);
        }

        return schema;
    }

    /// <summary>Whether what the kernel shows is what has been asked for; caches that were not named may have anything.</summary>
    /// <param name="shown">The same resource's line of the file.</param>
    /// <param name="step">Bandwidths are rounded up to a multiple of this; 0: not at all.</param>
    public bool IsMetBy(SchemaLine shown, uint step)
    {
        foreach ((string cache, string value) in _values)
        {
            if (!shown._values.TryGetValue(cache, out string? present) || (present != value && present != RoundedUp(value, step)))
                return false;
        }

        return true;
    }

    private static string? RoundedUp(string value, uint step) =>
        step > 0 && uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number <= uint.MaxValue - step
            ? ((number + step - 1) / step * step).ToString(CultureInfo.InvariantCulture)
            : null;

    /// <summary>The kernel takes leading zeros and capitals, and shows none.</summary>
    private static string Canonical(string number)
    {
        string text = number.Trim().TrimStart('0').ToLowerInvariant();
        return text.Length == 0 ? "0" : text;
    }
}
