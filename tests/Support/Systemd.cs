using System.Collections.Generic;
using System.Linq;

namespace OciRuntime.Tests.Support;

/// <summary>The machine's systemd, as systemctl shows it.</summary>
public static class Systemd
{
    /// <summary>A unit's properties, each as systemctl writes it; one that has several lines, with semicolons between them.</summary>
    public static Dictionary<string, string> Show(string unit) => Command.Run("systemctl", "show", unit).Succeeds().Lines
        .Select(line => line.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => string.Join(';', group.Select(pair => pair[1])));
}
