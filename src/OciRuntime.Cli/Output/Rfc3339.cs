using System;
using System.Globalization;

namespace OciRuntime.Cli.Output;

/// <summary>Times as Go writes them: RFC 3339 in UTC.</summary>
internal static class Rfc3339
{
    /// <summary>Whole seconds.</summary>
    public static string Seconds(DateTime utc) => utc.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>Go's <c>RFC3339Nano</c>: the fraction without trailing zeros, no fraction when it is zero.</summary>
    public static string Nano(DateTime utc) => utc.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);
}
