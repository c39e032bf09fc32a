using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
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

    /// <summary>Resources that both versions of cgroups have, and others.</summary>
    protected static string Limits(string others) => """
        {"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":67108864,"swap":100663296,"reservation":33554432},
         "cpu":{"shares":512,"quota":5123,"period":50000,"cpus":"0","mems":"0"},"pids":{"limit":20},
        """ + others + "}";

    /// <summary>systemd shows those limits, and others by the names it has for them in one version of cgroups.</summary>
    protected void ShowsLimits(Container container, string unit, Dictionary<string, string> others)
    {
        Dictionary<string, string> properties = Show(unit);
        properties.Should().Contain(others).And.Contain(new Dictionary<string, string>
        {
            ["ActiveState"] = "active",
            ["Slice"] = Slice,
            ["Delegate"] = "yes",
            ["Description"] = "ocirun container " + container.Id,
            ["CPUQuotaPerSecUSec"] = "110ms",
            ["CPUQuotaPeriodUSec"] = "50ms",
            ["TasksMax"] = "20",
            ["DevicePolicy"] = "strict",
        });
        properties["DeviceAllow"].Split(';').Should().Contain(["/dev/char/1:3 rwm", "char-* m", "char-136 rwm"]);
    }

    /// <summary>Runs a container with limits in <c>system.slice</c> and updates them; its unit's name.</summary>
    protected static string RunAndUpdate(Container container)
    {
        container.Run("--detach").Succeeds();
        container.Command("update", container.Id, "--memory", "50m", "--cpu-quota", "20000", "--cpu-period", "50000", "--pids-limit", "9", "--cpu-share", "2048").Succeeds();
        container.Status.Should().Be("running");
        Command.Run("systemctl", "daemon-reload").Succeeds();
        string unit = $"ocirun-{container.Id}.scope";
        Show(unit).Should().Contain(new Dictionary<string, string> { ["CPUQuotaPerSecUSec"] = "400ms", ["TasksMax"] = "9" });
        return unit;
    }

    /// <summary>Creates two containers with <see cref="Limits"/>, by ocirun and by runc: their scopes have the same properties.</summary>
    /// <param name="others">Resources of one version of cgroups.</param>
    /// <param name="properties">Names of properties of one version of cgroups.</param>
    /// <param name="compare">Compares what the kernel has, given ocirun's and runc's cgroup.</param>
    protected void SameAsRuncs(string others, string[] properties, Action<string, string> compare)
    {
        Container ours = New(Limits(others), $"{Slice}:ours:{Token}"), theirs = New(Limits(others), $"{Slice}:theirs:{Token}", Runtime.Runc);
        try
        {
            ours.Create().Succeeds();
            theirs.Create().Succeeds();
            compare($"{SlicePath}/ours-{Token}.scope", $"{SlicePath}/theirs-{Token}.scope");
            string[] names = ["Slice", "Delegate", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec", "TasksMax", "DevicePolicy", "DefaultDependencies", .. properties];
            Dictionary<string, string> mine = Show($"ours-{Token}.scope"), expected = Show($"theirs-{Token}.scope");
            names.Select(name => name + "=" + mine[name]).Should().Equal(names.Select(name => name + "=" + expected[name]));
        }
        finally
        {
            theirs.Delete("--force").Succeeds();
        }
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
