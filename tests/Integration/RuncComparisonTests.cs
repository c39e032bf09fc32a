using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// The same config, and then the same update, through runc and through ocirun leave the same in every file of the
/// container's cgroups that can be written, whatever the controller.
/// </summary>
[Collection(Systemd.Limits)]
[Trait("Lane", "Integration")]
[SupportedOSPlatform("linux")]
public sealed class RuncComparisonTests : ContainerTest
{
    /// <summary>Files that can be written and that differ, or may.</summary>
    private static readonly HashSet<string> s_differ =
    [
        // Who is in the cgroup.
        "cgroup.procs", "cgroup.threads", "tasks",
        // Counters, which a write sets back.
        "cpuacct.usage", "memory.failcnt", "memory.max_usage_in_bytes", "memory.memsw.failcnt", "memory.memsw.max_usage_in_bytes",
        "memory.kmem.failcnt", "memory.kmem.max_usage_in_bytes", "memory.kmem.tcp.failcnt", "memory.kmem.tcp.max_usage_in_bytes",
        "memory.peak", "memory.swap.peak",
        // Stalls, and the triggers for more of them.
        "cpu.pressure", "io.pressure", "irq.pressure", "memory.pressure",
        // Reservations are limited as what is used of them, as runc 1.2 began to do.
        "hugetlb.2MB.rsvd.limit_in_bytes", "hugetlb.2MB.rsvd.max",
        // The machine's devices, which other tests make meanwhile; nothing is set here.
        "rdma.max",
    ];

    /// <summary>What systemd is to know of a scope, as far as it has a property for it.</summary>
    private static readonly string[] s_properties =
    [
        "Slice", "Delegate", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec", "TasksMax", "TasksAccounting", "DevicePolicy", "DefaultDependencies", "MemoryAccounting",
        .. (string[])(Cgroups.IsV2
            ? ["MemoryMax", "MemoryLow", "MemoryMin", "MemoryHigh", "MemorySwapMax", "AllowedCPUs", "AllowedMemoryNodes", "IOAccounting", "DeviceAllow"]
            : ["MemoryLimit", "CPUShares", "BlockIOWeight", "BlockIOAccounting"]),
    ];

    [RuncFact]
    [Trait("Lane", "Root")]
    public void Through_the_file_system() => LeaveTheSame(systemd: false);

    [SystemdFact]
    [Trait("Lane", "Systemd")]
    public void Through_systemd() => LeaveTheSame(systemd: true);

    private void LeaveTheSame(bool systemd)
    {
        JsonObject resources = Resources();
        Container ours = New(Runtime.UnderTest), theirs = New(Runtime.Runc);
        Both(container => container.Create());
        HaveTheSame("pids.max 17");
        // What is set per device or page has no flag. Few shares would keep the container from its end on a busy machine.
        Both(container => container.Command(
            "update", "--memory", "50m", "--memory-swap", "90m", "--memory-reservation", "20m", "--cpu-share", Cgroups.IsV2 ? "262144" : "3000", "--cpu-quota", "30000",
            "--cpu-period", "60000", "--cpuset-cpus", "0", "--cpuset-mems", "0", "--pids-limit", "9", "--blkio-weight", "300", container.Id));
        HaveTheSame("pids.max 9");
        Both(container => container.Command("pause", container.Id));
        HaveTheSame("pids.max 9");
        Both(container => container.Command("resume", container.Id));
        HaveTheSame("pids.max 9");
        Both(container => container.Delete("--force"));

        Container New(Runtime runtime)
        {
            Container container = NewContainer(runtime: runtime);
            container.Bundle.Config["linux"]!["resources"] = resources.DeepClone();
            if (systemd)
                container.GlobalFlags.Add("--systemd-cgroup");
            // runc would put it beside the cgroup that it is in itself. In a slice of their own, the first container was seen to
            // lose memory.oom.group, which systemd has no property for.
            container.Bundle.Config["linux"]!["cgroupsPath"] = systemd ? "system.slice:pre:" + container.Id : "/" + container.Id;
            return container;
        }

        void Both(Func<Container, CommandResult> command)
        {
            command(ours).Succeeds();
            command(theirs).Succeeds();
        }

        void HaveTheSame(string sign)
        {
            List<string> mine = Settings(ours), expected = Settings(theirs);
            mine.Should().Contain(line => line.EndsWith(sign));
            if (systemd)
            {
                mine.AddRange(Known(ours));
                expected.AddRange(Known(theirs));
            }
            IEnumerable<string> differences = [.. mine.Except(expected).Select(line => "ocirun: " + line), .. expected.Except(mine).Select(line => "runc: " + line)];
            differences.Should().BeEmpty();
        }
    }

    /// <summary>Where the container's init is, and what systemd shows of its scope.</summary>
    private static IEnumerable<string> Known(Container container)
    {
        Dictionary<string, string> unit = Systemd.Show($"pre-{container.Id}.scope");
        return Cgroups.PlacesOf(container.Pid).Where(place => !place.StartsWith("misc:", StringComparison.Ordinal)).Select(place => place.Replace(container.Id, "ID"))
            .Concat(s_properties.Select(name => $"{name}={(name == "DeviceAllow" ? string.Join(';', Devices(unit[name])) : unit[name])}"));

        // runc names the groups that devices belong to, and leaves out one that is not there, /dev/net/tun.
        static IEnumerable<string> Devices(string list) => list.Split(';').Except(["/dev/char/10:200 rwm"])
            .Select(device => device.Replace("char-136", "char-pts").Replace("char-10 ", "char-misc ")).Order(StringComparer.Ordinal);
    }

    /// <summary>Everything that runc 1.1 knows and this kernel has.</summary>
    private static JsonObject Resources()
    {
        // Weights are BFQ's on v1, where it may be a module.
        if (!Cgroups.IsV2)
            Command.Shell("modprobe -q bfq || :");
        string[] controllers = Cgroups.IsV2
            ? File.ReadAllText(Cgroups.Root + "/cgroup.controllers").Trim().Split(' ')
            : [.. System.IO.Directory.GetDirectories(Cgroups.Root).Where(path => File.Exists(path + "/tasks")).SelectMany(path => Path.GetFileName(path).Split(','))];
        // Not one that another test sets up meanwhile.
        string disk = System.IO.Directory.GetDirectories("/sys/block").OrderBy(path => path.Contains("/loop")).ThenBy(path => path, StringComparer.Ordinal).First();
        string[] numbers = File.ReadAllText(disk + "/dev").Trim().Split(':');
        string of = $"\"major\":{numbers[0]},\"minor\":{numbers[1]}";
        // The shares are those that the old and the new conversion to a weight agree on: runc 1.1 has the old one. The
        // quota is of whole percents, since runc tells the kernel those with systemd only since 2025.
        JsonObject resources = JsonNode.Parse($$"""
            {"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"b",{{of}},"access":"r"},{"allow":true,"type":"c","major":10,"access":"rw"}],
             "memory":{"limit":67108864,"swap":134217728,"reservation":33554432},
             "cpu":{"shares":262144,"quota":50000,"period":200000,"cpus":"0","mems":"0"},"pids":{"limit":17},
             "blockIO":{"weight":200,
                        "throttleReadBpsDevice":[{ {{of}},"rate":1048576}],"throttleWriteBpsDevice":[{ {{of}},"rate":2097152}],
                        "throttleReadIOPSDevice":[{ {{of}},"rate":1000}],"throttleWriteIOPSDevice":[{ {{of}},"rate":2000}]} }
            """)!.AsObject();
        if (controllers.Contains("hugetlb"))
            resources["hugepageLimits"] = JsonNode.Parse("""[{"pageSize":"2MB","limit":8388608}]""");
        if (Cgroups.IsV2)
            resources["unified"] = JsonNode.Parse("""{"memory.high":"61440000","memory.min":"4096","memory.oom.group":"1","cgroup.max.depth":"3"}""");
        if (controllers.Contains("net_cls"))
            resources["network"] = JsonNode.Parse("""{"classID":1048577,"priorities":[{"name":"lo","priority":3}]}""");
        if (controllers.Contains("memory") && !Cgroups.IsV2)
        {
            resources["memory"]!["swappiness"] = 17;
            resources["memory"]!["disableOOMKiller"] = true;
        }
        return resources;
    }

    /// <summary>A line <c>HIERARCHY/FILE CONTENT</c> for each file.</summary>
    private static List<string> Settings(Container container)
    {
        var settings = new List<string>();
        foreach (string directory in container.CgroupDirectories())
        {
            string hierarchy = Cgroups.IsV2 ? "" : directory.Split('/')[4];
            // runc 1.1 does not know that controller.
            if (hierarchy == "misc")
                continue;
            foreach (string file in System.IO.Directory.GetFiles(directory))
            {
                const UnixFileMode both = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                string name = Path.GetFileName(file);
                // A v1 device list is written through two other files.
                if ((File.GetUnixFileMode(file) & both) == both && !s_differ.Contains(name) || name == "devices.list")
                    settings.Add($"{hierarchy}/{name} {string.Join("; ", File.ReadAllLines(file).Where(line => IsCompared(name, line)).Order(StringComparer.Ordinal))}");
            }
        }
        return settings;
    }

    private static bool IsCompared(string file, string line) => file switch
    {
        // runc's systemd forgets a device that the host does not have, /dev/net/tun, when it is told of an update.
        "devices.list" => line != "c 10:200 rwm",
        // The others are those that other tests make meanwhile.
        "net_prio.ifpriomap" => line.StartsWith("lo ", StringComparison.Ordinal),
        _ => true,
    };
}
