using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace OciRuntime.Tests.Support;

/// <summary>A session of the ordinary user of the machine of tests/Vm, with a systemd of its own and a bus, that lasts as long as the tests do.</summary>
public sealed class UserSession : IDisposable
{
    /// <summary>The user.</summary>
    public const int Id = 1000;

    /// <summary>Whether the machine has that user, and a systemd that can delegate cgroups.</summary>
    public static bool IsPossible { get; } = Cgroups.IsV2 && System.IO.Directory.Exists("/run/systemd/system")
        && File.ReadLines("/etc/passwd").Any(line => line.StartsWith("user:x:1000:", StringComparison.Ordinal));

    /// <summary>Starts the user's systemd. xunit does so even where all tests are skipped.</summary>
    public UserSession()
    {
        if (!IsPossible)
            return;
        Command.Run("loginctl", "enable-linger", "user").Succeeds();
        Wait.Until(() => File.Exists(Directory + "/systemd/private") && File.Exists(Directory + "/bus"), "the user's systemd listens");
        Wait.Until(() => Run("systemctl", "--user", "is-system-running").Stdout.Trim() is "running" or "degraded", "the user's systemd has started");
    }

    /// <summary>XDG_RUNTIME_DIR.</summary>
    public string Directory => $"/run/user/{Id}";

    /// <summary>The properties of a unit of the user's systemd.</summary>
    public Dictionary<string, string> Show(string unit) => Run("systemctl", "--user", "show", unit).Succeeds().Lines
        .Select(line => line.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.First()[1]);

    /// <summary>Ends the session.</summary>
    public void Dispose()
    {
        if (IsPossible)
            Command.Run("loginctl", "disable-linger", "user");
    }

    /// <summary>Runs a program as the user, in the session but not in its cgroups.</summary>
    public CommandResult Run(string program, params string[] arguments) => Command.Run(
        "setpriv",
        ["--reuid", $"{Id}", "--regid", $"{Id}", "--init-groups", "env", "XDG_RUNTIME_DIR=" + Directory, program, .. arguments]);
}
