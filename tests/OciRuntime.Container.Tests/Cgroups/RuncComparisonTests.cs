using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

/// <summary>The same limits through Debian's runc and through this code leave the same values in the kernel's files.</summary>
[Trait("Lane", "Root")]
public sealed class RuncComparisonTests : IDisposable
{
    /// <summary>Files that count or identify, and so differ between any two cgroups.</summary>
    private static readonly string[] s_volatile =
    [
        "usage", "stat", "current", "peak", "failcnt", "procs", "threads", "tasks", "events", "pressure", "max_usage", "io_service", "io_serviced",
        // The weight that runc 1.1 gave the same shares was another one.
        "cpu.weight",
        "numa", "watermark", "slabinfo", "event_control", "memory_pressure",
    ];

    private readonly HostCgroups _host = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("ocirun-test-").FullName;

    public void Dispose()
    {
        _host.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [RuncFact]
    public void Runc_leaves_the_same_values()
    {
        const string resources = """
            {"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"b","major":8,"access":"r"}],
             "memory":{"limit":67108864,"swap":134217728,"reservation":33554432},
             "cpu":{"shares":512,"quota":50000,"period":200000,"cpus":"0","mems":"0"},"pids":{"limit":17}}
            """;
        using ICgroup cgroup = _host.New();
        cgroup.Create();
        cgroup.Apply(new LinuxResources
        {
            Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }, new LinuxDeviceCgroup { Allow = true, Type = "b", Major = 8, Access = "r" }],
            Memory = new LinuxMemory { Limit = 64 << 20, Swap = 128 << 20, Reservation = 32 << 20 },
            CPU = new LinuxCPU { Shares = 512, Quota = 50_000, Period = 200_000, Cpus = "0", Mems = "0" },
            Pids = new LinuxPids { Limit = 17 },
        });
        string id = "ocirun-test-" + Guid.NewGuid().ToString("N")[..8];
        RuncCreate(id, resources);
        try
        {
            foreach (CgroupPath ours in cgroup.Paths)
                Values(ours.Directory).Should().BeEquivalentTo(Values(Path.GetDirectoryName(ours.Directory) + "/runc"), "of " + ours.Directory);
        }
        finally
        {
            Runc("delete", "-f", id);
        }
        cgroup.Remove();
    }

    private static Dictionary<string, string> Values(string directory)
    {
        var values = new Dictionary<string, string>();
        foreach (string file in Directory.GetFiles(directory))
        {
            string name = Path.GetFileName(file);
            if (s_volatile.Any(part => name.Contains(part)))
                continue;
            try
            {
                // The order of the device list is free.
                values[name] = string.Join('\n', File.ReadAllText(file).Split('\n').Order(StringComparer.Ordinal));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Files that can only be written.
            }
        }
        return values;
    }

    private void RuncCreate(string id, string resources)
    {
        Directory.CreateDirectory(_directory + "/rootfs");
        File.Copy("/bin/busybox", _directory + "/rootfs/sh");
        Run("runc", ["spec", "-b", _directory]);
        JsonNode config = JsonNode.Parse(File.ReadAllText(_directory + "/config.json"))!;
        config["process"]!["terminal"] = false;
        config["process"]!["args"] = new JsonArray("/sh");
        config["linux"]!["resources"] = JsonNode.Parse(resources);
        config["linux"]!["cgroupsPath"] = _host.Parent + "/runc";
        File.WriteAllText(_directory + "/config.json", config.ToJsonString());
        Runc("create", "-b", _directory, id);
    }

    private void Runc(params string[] arguments) => Run("runc", ["--root", _directory + "/root", .. arguments]);

    private static void Run(string program, string[] arguments)
    {
        // Its output may not be a pipe: the container would hold the other end.
        using var process = System.Diagnostics.Process.Start("sh", ["-c", "exec \"$0\" \"$@\" </dev/null >/dev/null 2>&1", program, .. arguments]);
        process.WaitForExit(60_000).Should().BeTrue();
        process.ExitCode.Should().Be(0, "of " + program + " " + arguments[0]);
    }
}
