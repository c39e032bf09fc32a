using System;
using System.Globalization;

namespace OciRuntime.Container.IO;

/// <summary>Times as Go writes them: RFC 3339 in UTC. By hand, because .NET's formats bring its calendars into every start.</summary>
public static class Rfc3339
{
    /// <summary>Whole seconds.</summary>
    public static string Seconds(DateTime utc) => Text(utc) + "Z";

    /// <summary>Go's <c>RFC3339Nano</c>: the fraction without trailing zeros, no fraction when it is zero.</summary>
    public static string Nano(DateTime utc)
    {
        long ticks = utc.Ticks % TimeSpan.TicksPerSecond;
        return ticks == 0 ? Seconds(utc) : $"{Text(utc)}.{ticks.ToString("D7", CultureInfo.InvariantCulture).TrimEnd('0')}Z";
    }

    private static string Text(DateTime utc) => string.Create(
        CultureInfo.InvariantCulture,
        $"{utc.Year:D4}-{utc.Month:D2}-{utc.Day:D2}T{utc.Hour:D2}:{utc.Minute:D2}:{utc.Second:D2}");
}
