using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Linux;

namespace OciRuntime.Container.Tests.Cgroups;

/// <summary>A parent cgroup of a fresh name in every hierarchy of the host, taken away afterwards with all that is in it.</summary>
public sealed class HostCgroups : IDisposable
{
    private readonly List<System.Diagnostics.Process> _processes = [];

    /// <summary>Absolute, below the hierarchies' roots.</summary>
    public string Parent { get; } = "/ocirun-test-" + Guid.NewGuid().ToString("N")[..12];

    public List<string> Warnings { get; } = [];

    /// <summary>Every mounted hierarchy, v2 last.</summary>
    public static IReadOnlyList<CgroupHierarchy> Hierarchies
    {
        get
        {
            CgroupLayout layout = CgroupLayout.Current;
            return layout.Unified is null ? layout.Hierarchies : [.. layout.Hierarchies, layout.Unified];
        }
    }

    public ICgroup New() => CgroupFactory.ForNew("ct", Parent + "/ct", systemd: false, rootless: false, Warnings.Add);

    /// <summary>Starts a process and moves it into the cgroup.</summary>
    public System.Diagnostics.Process Join(ICgroup cgroup)
    {
        System.Diagnostics.Process process = System.Diagnostics.Process.Start("sleep", "1000");
        _processes.Add(process);
        foreach (CgroupPath path in cgroup.Paths)
            File.WriteAllText(path.Directory + "/cgroup.procs", process.Id.ToString());
        return process;
    }

    /// <summary>Runs a shell command inside the cgroup; returns its standard error.</summary>
    public static string Shell(ICgroup cgroup, string command)
    {
        var script = new StringBuilder();
        foreach (CgroupPath path in cgroup.Paths)
            script.Append("echo 0 > ").Append(path.Directory).Append("/cgroup.procs; ");
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo("sh", ["-c", script + command]) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit(30_000).Should().BeTrue();
        return errors;
    }

    public void Dispose()
    {
        foreach (System.Diagnostics.Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        foreach (CgroupHierarchy hierarchy in Hierarchies)
            RemoveTree(hierarchy.MountPoint + Parent);
    }

    private static void RemoveTree(string path)
    {
        if (!Directory.Exists(path))
            return;
        foreach (string child in Directory.GetDirectories(path))
            RemoveTree(child);
        Directory.Delete(path);
    }
}
