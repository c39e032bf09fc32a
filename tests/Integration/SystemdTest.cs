using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using OciRuntime.Tests.Support;

namespace OciRuntime.Integration.Tests;

/// <summary>Containers whose cgroups are scopes of the system's systemd, in a slice of the test's own.</summary>
public abstract class SystemdTest : ContainerTest, IDisposable
{
    private readonly List<Container> _scopes = [];

    /// <summary>Two levels deep, as <see cref="SlicePath"/> says.</summary>
    protected string Slice => Token + "a-b.slice";

    /// <summary>The slice's cgroup in each hierarchy.</summary>
    protected string SlicePath => $"/{Token}a.slice/{Token}a-b.slice";

    /// <summary>A container that sleeps, of <c>--systemd-cgroup</c>.</summary>
    protected Container New(string resources = "{}", string? path = null, Runtime? runtime = null)
    {
        Container container = NewContainer("{\"linux\":{\"resources\":" + resources + "}}", runtime: runtime);
        container.GlobalFlags.Add("--systemd-cgroup");
        if (path is not null)
            container.Bundle.Config["linux"]!["cgroupsPath"] = path;
        container.Bundle.Args("sleep", "1000");
        _scopes.Add(container);
        return container;
    }

    /// <summary>systemd keeps the slices that it has made for scopes.</summary>
    void IDisposable.Dispose()
    {
        foreach (Container container in _scopes.Where(container => System.IO.Directory.Exists(Path.Combine(Root, container.Id))))
            container.Delete("--force");
        Command.Run("systemctl", "stop", Token + "a.slice");
        Dispose();
    }

    /// <summary>The unit's properties, each as systemctl writes it.</summary>
    protected static Dictionary<string, string> Show(string unit) => Command.Run("systemctl", "show", unit).Succeeds().Lines
        .Select(line => line.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => string.Join(';', group.Select(pair => pair[1])));

    /// <summary>A file of a cgroup.</summary>
    protected static string Read(string directory, string file) => File.ReadAllText(Path.Combine(directory, file)).Trim();

    /// <summary>The place of a process in its hierarchies, in the order of their names, without their numbers.</summary>
    protected static IEnumerable<string> PlacesOf(int pid) =>
        File.ReadAllLines($"/proc/{pid}/cgroup").Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]).Order(StringComparer.Ordinal);
}
