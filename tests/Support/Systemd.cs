using System.Collections.Generic;
using System.Linq;

namespace OciRuntime.Tests.Support;

/// <summary>The machine's systemd, as systemctl shows it.</summary>
public static class Systemd
{
    /// <summary>
    /// The tests that compare limits of scopes: a <c>systemctl daemon-reload</c>, which some of them ask for, writes
    /// those of every scope again as systemd knows them, and they do not run beside each other.
    /// </summary>
    public const string Limits = "limits of systemd's scopes";

    /// <summary>A unit's properties, each as systemctl writes it; one that has several lines, with semicolons between them.</summary>
    public static Dictionary<string, string> Show(string unit) => Command.Run("systemctl", "show", unit).Succeeds().Lines
        .Select(line => line.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => string.Join(';', group.Select(pair => pair[1])));
}
