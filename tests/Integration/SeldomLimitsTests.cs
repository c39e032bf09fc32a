using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// The members of linux.resources that other tests do not read back from the kernel with each driver and each version of
/// cgroups: for machines of tests/Vm, with devices of the test's own.
/// </summary>
[Collection(Systemd.Limits)]
[Trait("Lane", "CgroupV2")]
public sealed class SeldomLimitsTests : ContainerTest
{
    [CgroupV2Fact]
    public void Through_the_file_system() => AreInTheKernelsFiles(NewContainer());

    [SystemdFact]
    [Trait("Lane", "Systemd")]
    public void Through_systemd() => AreInTheKernelsFiles(OfSystemd());

    [SystemdV1Fact]
    [Trait("Lane", "Systemd")]
    public void On_v1_through_the_file_system()
    {
        AreInTheKernelsFiles(NewContainer());
        RdmaIsInTheKernelsFile(NewContainer());
    }

    [CgroupV2Fact]
    public void Rdma_through_the_file_system() => RdmaIsInTheKernelsFile(NewContainer());

    [SystemdFact]
    [Trait("Lane", "Systemd")]
    public void Rdma_through_systemd() => RdmaIsInTheKernelsFile(OfSystemd());

    [CgroupV2Fact]
    public void What_only_v1_has_is_a_warning()
    {
        Container container = NewContainer(Resources("""
            "memory":{"kernel":33554432,"kernelTCP":33554432,"swappiness":17,"disableOOMKiller":true,"useHierarchy":false},
            "cpu":{"realtimeRuntime":1000,"realtimePeriod":500000},"blockIO":{"leafWeight":200},
            "network":{"classID":7,"priorities":[{"name":"lo","priority":5}]}
            """));
        container.Bundle.Args("true");
        string warnings = container.Run().Succeeds().Stderr;
        foreach (string member in new[] { "memory.kernel ", "memory.kernelTCP", "memory.swappiness", "memory.disableOOMKiller", "memory.useHierarchy", "cpu.realtimeRuntime", "blockIO.leafWeight", "network" })
            warnings.Should().MatchRegex($"level=warning .*linux\\.resources\\.{member}");
    }

    private static string Resources(string resources) => "{\"linux\":{\"resources\":{" + resources + "}}}";

    private Container OfSystemd()
    {
        Container container = NewContainer();
        container.GlobalFlags.Add("--systemd-cgroup");
        return container;
    }

    private static string[] Lines(Container container, string file) => container.Cgroup(file).Split('\n');

    private void AreInTheKernelsFiles(Container container)
    {
        string disk = Directory + "/disk";
        using (FileStream file = File.Create(disk))
            file.SetLength(1 << 20);
        Command.Run("modprobe", "loop").Succeeds();
        string loop = Command.Run("losetup", "--find", "--show", disk).Succeeds().Stdout.Trim();
        try
        {
            string directory = "/sys/block/" + Path.GetFileName(loop);
            string device = File.ReadAllText(directory + "/dev").Trim();
            // What weighs: on v2 the kernel itself, where it is told to; v1 has nothing but this scheduler.
            if (Cgroups.IsV2)
                File.WriteAllText(Cgroups.Root + "/io.cost.qos", device + " enable=1");
            else
                Command.Shell($"modprobe bfq && echo bfq >{directory}/queue/scheduler").Succeeds();
            string[] numbers = device.Split(':');
            string of = $"\"major\":{numbers[0]},\"minor\":{numbers[1]}";
            string onV1 = Cgroups.IsV2 ? "" : """
                ,"memory":{"kernelTCP":33554432,"swappiness":17,"disableOOMKiller":true,"useHierarchy":true},
                "network":{"classID":1048577,"priorities":[{"name":"lo","priority":3}]}
                """;
            container.Bundle.Patch(Resources($$"""
                "cpu":{"quota":50000,"period":100000,"burst":20000,"idle":1},"hugepageLimits":[{"pageSize":"2MB","limit":8388608}],
                "blockIO":{"weightDevice":[{ {{of}},"weight":200}],
                           "throttleReadBpsDevice":[{ {{of}},"rate":4096}],"throttleWriteBpsDevice":[{ {{of}},"rate":8192}],
                           "throttleReadIOPSDevice":[{ {{of}},"rate":10}],"throttleWriteIOPSDevice":[{ {{of}},"rate":20}]}{{onV1}}
                """)).Args("sleep", "1000");
            container.Create().Succeeds();

            container.Cgroup("cpu.cfs_burst_us", "cpu.max.burst").Should().Be("20000");
            container.Cgroup("cpu.idle").Should().Be("1");
            container.Cgroup("hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.max").Should().Be("8388608");
            container.Cgroup("hugetlb.2MB.rsvd.limit_in_bytes", "hugetlb.2MB.rsvd.max").Should().Be("8388608");
            Lines(container, Cgroups.IsV2 ? "io.weight" : "blkio.bfq.weight_device").Should().Contain(device + (Cgroups.IsV2 ? " 1920" : " 200"));
            if (Cgroups.IsV2)
            {
                Lines(container, "io.max").Should().Contain(device + " rbps=4096 wbps=8192 riops=10 wiops=20");
            }
            else
            {
                foreach ((string file, string value) in new Dictionary<string, string>
                {
                    ["blkio.throttle.read_bps_device"] = device + " 4096",
                    ["blkio.throttle.write_bps_device"] = device + " 8192",
                    ["blkio.throttle.read_iops_device"] = device + " 10",
                    ["blkio.throttle.write_iops_device"] = device + " 20",
                    ["memory.kmem.tcp.limit_in_bytes"] = "33554432",
                    ["memory.swappiness"] = "17",
                    ["memory.oom_control"] = "oom_kill_disable 1",
                    ["memory.use_hierarchy"] = "1",
                    ["net_cls.classid"] = "1048577",
                    ["net_prio.ifpriomap"] = "lo 3",
                })
                    Lines(container, file).Should().Contain(value, file);
            }

            RefusedUpdateLeavesThem(container, device);
            // 0 is no limit, for which v2 has a word.
            container.Update($$"""{"blockIO":{"throttleReadBpsDevice":[{ {{of}},"rate":0}]} }""").Succeeds();
            if (Cgroups.IsV2)
                Lines(container, "io.max").Should().Contain(device + " rbps=max wbps=8192 riops=10 wiops=20");
            else
                Lines(container, "blkio.throttle.read_bps_device").Should().NotContain(line => line.StartsWith(device + " "));
            container.Delete("--force").Succeeds();
        }
        finally
        {
            Command.Run("losetup", "--detach", loop).Succeeds();
        }
    }

    /// <summary>In files with a line per key, too, where one write changes one line.</summary>
    private static void RefusedUpdateLeavesThem(Container container, string device)
    {
        string[] files = Cgroups.IsV2 ? ["cpu.idle", "io.max", "io.weight"] : ["cpu.idle", "net_cls.classid", "net_prio.ifpriomap", "memory.swappiness", "blkio.bfq.weight_device"];
        string[] before = [.. files.Select(container.Cgroup)];
        string refused = Cgroups.IsV2
            ? $$"""
              {"blockIO":{"weight":300},"unified":{"io.max":"{{device}} rbps=77 wiops=max","io.weight":"{{device}} 33","memory.none":"1"} }
              """
            : $$"""
              {"memory":{"swappiness":3},"network":{"classID":5,"priorities":[{"name":"lo","priority":7}]},"rdma":{"none":{"hcaHandles":1} },
               "blockIO":{"weightDevice":[{"major":{{device.Split(':')[0]}},"minor":{{device.Split(':')[1]}},"weight":300}]} }
              """;
        container.Update(refused).FailsWith(Cgroups.IsV2 ? "memory.none" : "rdma").Stderr.Should().NotContain("warning");
        files.Select(container.Cgroup).Should().Equal(before);
    }

    private void RdmaIsInTheKernelsFile(Container container)
    {
        // Over Ethernet in software, on an interface that leads nowhere; names of interfaces are short.
        string name = Token[..12];
        foreach (string module in new[] { "dummy", "rdma_rxe" })
            Command.Run("modprobe", module).Succeeds();
        Command.Run("ip", "link", "add", name, "up", "type", "dummy").Succeeds();
        try
        {
            Command.Run("rdma", "link", "add", name, "type", "rxe", "netdev", name).Succeeds();
            container.Bundle.Patch(Resources($"\"rdma\":{{\"{name}\":{{\"hcaHandles\":3,\"hcaObjects\":10000}}}}")).Args("sleep", "1000");
            container.Create().Succeeds();
            Lines(container, "rdma.max").Should().Contain(name + " hca_handle=3 hca_object=10000");
            Update("\"hcaHandles\":5");
            Lines(container, "rdma.max").Should().Contain(name + " hca_handle=5 hca_object=10000");
            // Without limits again before it goes: a kernel keeps the limits of a cgroup that has gone, with a pointer to
            // it, and follows that pointer when the device goes (Linux 6.1: "list_del corruption" in free_cg_rpool_locked).
            Update("\"hcaHandles\":2147483647,\"hcaObjects\":2147483647");
            Lines(container, "rdma.max").Should().Contain(name + " hca_handle=max hca_object=max");
            container.Delete("--force").Succeeds();
        }
        finally
        {
            // The RDMA device goes with its interface.
            Command.Run("ip", "link", "delete", name).Succeeds();
        }

        void Update(string limits) => container.Update($"{{\"rdma\":{{\"{name}\":{{{limits}}}}}}}").Succeeds();
    }
}
