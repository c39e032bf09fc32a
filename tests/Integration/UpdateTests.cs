using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary><c>update</c>: the kernel's files after it, and what runc's are after the same.</summary>
[Trait("Lane", "Integration")]
public sealed class UpdateTests : ContainerTest
{
    private static readonly string[] Files =
    [
        "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes", "cpu.shares", "cpu.cfs_quota_us",
        "cpu.cfs_period_us", "cpu.cfs_burst_us", "cpu.idle", "cpuset.cpus", "cpuset.mems", "pids.max", "blkio.bfq.weight",
        "blkio.throttle.read_bps_device", "devices.list",
        // Not memory.swap.max: v2 limits swap alone, and ocirun keeps the sum that was asked for where runc 1.1.5 keeps the rest.
        "memory.max", "memory.low", "cpu.max", "cpu.max.burst", "io.weight", "io.bfq.weight", "io.max",
    ];

    private Container Sleeping(string resources = "", Runtime? runtime = null)
    {
        Container container = NewContainer("{\"linux\":{\"resources\":{" + resources + "}}}", runtime: runtime);
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        return container;
    }

    private static string[] Values(Container container) =>
        Files.Select(file => container.CgroupDirectories().Select(directory => Path.Combine(directory, file)).FirstOrDefault(File.Exists))
            .Where(path => path is not null)
            .Select(path => Path.GetFileName(path) + "=" + string.Join(' ', File.ReadAllLines(path!).Order()))
            .ToArray();

    [Fact]
    public void Each_flag_changes_its_file()
    {
        Container container = Sleeping();
        container.Command(
            "update", container.Id, "--memory", "96m", "--memory-swap", "128MiB", "--memory-reservation", "50331648", "--cpu-share", "300",
            "--cpu-quota", "60000", "--cpu-period", "150000", "--cpu-burst", "1000", "--cpuset-cpus", "0", "--cpuset-mems", "0", "--pids-limit", "33").Succeeds();
        container.Cgroup("memory.limit_in_bytes", "memory.max").Should().Be("100663296");
        // v2 limits swap alone.
        container.Cgroup("memory.memsw.limit_in_bytes", "memory.swap.max").Should().Be(Cgroups.IsV2 ? "33554432" : "134217728");
        container.Cgroup("memory.soft_limit_in_bytes", "memory.low").Should().Be("50331648");
        container.Cgroup("cpu.shares", "cpu.weight").Should().Be(Cgroups.IsV2 ? "39" : "300");
        container.Cgroup("cpu.cfs_quota_us", "cpu.max").Should().Be(Cgroups.IsV2 ? "60000 150000" : "60000");
        if (!Cgroups.IsV2)
            container.Cgroup("cpu.cfs_period_us").Should().Be("150000");
        container.Cgroup("cpu.cfs_burst_us", "cpu.max.burst").Should().Be("1000");
        container.Cgroup("cpuset.cpus").Should().Be("0");
        container.Cgroup("pids.max").Should().Be("33");
        File.ReadAllText($"/proc/{container.Pid}/status").Should().Contain("Cpus_allowed_list:\t0\n");

        container.Command("update", "--cpu-idle", "1", "--blkio-weight=200", container.Id).Succeeds();
        container.Cgroup("cpu.idle").Should().Be("1");
        container.Cgroup("blkio.bfq.weight", "io.weight").Should().Be(Cgroups.IsV2 ? "default 1920" : "200");

        // Debian's kernels do not have them.
        if (!Cgroups.IsV2 && File.Exists(container.CgroupDirectory("cpu") + "/cpu.rt_runtime_us"))
        {
            container.Command("update", "--cpu-rt-period", "500000", "--cpu-rt-runtime", "100", container.Id).Succeeds();
            container.Cgroup("cpu.rt_period_us").Should().Be("500000");
            container.Cgroup("cpu.rt_runtime_us").Should().Be("100");
        }

        foreach (string flag in new[] { "--kernel-memory", "--kernel-memory-tcp" })
            container.Command("update", flag, "10m", container.Id).Succeeds().Stderr.Should().Contain("Kernel memory settings are ignored");
    }

    [OcirunFact("runc 1.1.5 does not know idle")]
    public void Shares_come_back_when_a_container_is_idle_no_longer_and_when_it_could_not_become_idle()
    {
        Container container = Sleeping("\"cpu\":{\"shares\":512,\"idle\":1}");
        container.Cgroup("cpu.idle").Should().Be("1");
        container.Command("update", container.Id, "--cpu-idle", "0").Succeeds();
        Is(idle: "0", shares: "512", weight: "59");
        container.Update("""{"cpu":{"idle":1},"hugepageLimits":[{"pageSize":"4MB","limit":1}]}""").FailsWith("hugetlb.4MB");
        Is(idle: "0", shares: "512", weight: "59");
        container.Command("update", container.Id, "--cpu-idle", "1").Succeeds();
        container.Command("update", container.Id, "--cpu-idle", "0", "--cpu-share", "300").Succeeds();
        Is(idle: "0", shares: "300", weight: "39");

        void Is(string idle, string shares, string weight)
        {
            container.Cgroup("cpu.idle").Should().Be(idle);
            container.Cgroup("cpu.shares", "cpu.weight").Should().Be(Cgroups.IsV2 ? weight : shares);
        }
    }

    [CgroupV2Fact]
    [Trait("Lane", "CgroupV2")]
    public void The_weight_comes_back_when_a_container_could_not_become_idle_by_the_files_name()
    {
        Container container = Sleeping("\"cpu\":{\"shares\":512}");
        container.Update("""{"unified":{"cpu.idle":"1","memory.none":"1"}}""").FailsWith("memory.none");
        container.Cgroup("cpu.idle").Should().Be("0");
        container.Cgroup("cpu.weight").Should().Be("59");
    }

    [RuncTheory]
    [InlineData("--memory 64m --memory-swap 128m", "--memory 200m --memory-swap 300m", "--memory 32m", "--memory-swap -1", "--memory 400m", "--memory -1")]
    [InlineData("--cpu-quota 20000", "--cpu-period 50000", "--cpu-quota -1", "--cpu-quota 5000 --cpu-period 2000", "--cpu-period 1000")]
    [InlineData("--pids-limit 10", "--pids-limit -1", "--cpu-share 700", "--cpuset-cpus 1 --cpuset-mems 0", "--cpuset-cpus 0")]
    [InlineData("--memory 1.5g", "--memory-reservation 100KiB", "--memory 0", "--kernel-memory 10m", "--memory 1000000")]
    [InlineData("--cpuset-cpus 9999", "--memory xx", "--memory 10mm", "--cpu-share abc", "--cpu-quota 1.5", "--cpu-idle x", "--pids-limit x")]
    [InlineData("--l3-cache-schema L3:0=f", "--bogus", "--memory", "--memory 200m --memory-swap 100m", "--cpu-period 999", "--cpu-share 1")]
    public void The_same_updates_leave_the_same_values_as_runcs(params string[] updates)
    {
        const string resources = "\"memory\":{\"limit\":104857600},\"cpu\":{\"shares\":512,\"quota\":30000,\"period\":100000},\"pids\":{\"limit\":50}";
        Container ours = Sleeping(resources), theirs = Sleeping(resources, Runtime.Runc);
        try
        {
            // runc 1.1.5's weight for shares was another on v2, and refused the smallest shares.
            foreach (string update in updates.Where(update => !Cgroups.IsV2 || !update.Contains("--cpu-share ")))
            {
                string[] before = Values(ours);
                CommandResult result = ours.Command("update", [ours.Id, .. update.Split(' ')]);
                result.ExitsWith(theirs.Command("update", [theirs.Id, .. update.Split(' ')]).ExitCode);
                // What is refused leaves nothing behind; runc leaves shares that the kernel has cut.
                if (result.ExitCode != 0)
                    Values(ours).Should().Equal(before, update);
                else
                    Values(ours).Should().Equal(Values(theirs), update);
            }
        }
        finally
        {
            theirs.Delete("--force").Succeeds();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Resources_come_from_a_file_or_stdin_and_flags_are_ignored_then(bool fromStdin)
    {
        const string json = """{"memory":{"limit":67108864},"cpu":{"shares":222,"cpus":"0"},"pids":{"limit":17}}""";
        Container container = Sleeping();
        string file = Path.Combine(Directory, "resources.json");
        File.WriteAllText(file, json);
        using (Command update = container.StartCommand("update", [$"--resources={(fromStdin ? "-" : file)}", "--pids-limit", "99", container.Id], fromStdin ? json : null))
            update.Finish().Succeeds();
        container.Cgroup("memory.limit_in_bytes", "memory.max").Should().Be("67108864");
        container.Cgroup("cpu.shares", "cpu.weight").Should().Be(Cgroups.IsV2 ? "31" : "222");
        container.Cgroup("cpuset.cpus").Should().Be("0");
        container.Cgroup("pids.max").Should().Be("17");
    }

    [Theory]
    [InlineData("{\"memory\":", "invalid JSON")]
    [InlineData("[]", "found an array")]
    [InlineData("{\"cpu\":{\"shares\":\"many\"}}", "cpu.shares")]
    [InlineData("", "(--resources -): the file is empty")]
    [InlineData("{\"blockIO\":{\"weight\":5}}", "linux.resources.blockIO.weight is 5")]
    [InlineData("{\"memory\":{\"limit\":-2}}", "linux.resources.memory.limit is -2")]
    public void Resources_that_are_not_valid_change_nothing(string json, string message)
    {
        Container container = Sleeping();
        string[] before = Values(container);
        using Command update = container.StartCommand("update", ["--resources", "-", container.Id], json);
        update.Finish().FailsWith(message);
        Values(container).Should().Equal(before);
    }

    [Fact]
    public void A_refused_value_is_named_and_the_others_are_put_back()
    {
        Container container = Sleeping("\"memory\":{\"limit\":104857600},\"cpu\":{\"shares\":512},\"pids\":{\"limit\":50}");
        string[] before = Values(container);
        CommandResult result = container.Update("""
            {"memory":{"limit":52428800},"cpu":{"shares":100,"cpus":"0"},"pids":{"limit":7},
             "blockIO":{"throttleReadBpsDevice":[{"major":4000,"minor":4000,"rate":1}]}}
            """);
        result.FailsWith("set linux.resources.blockIO.throttleReadBpsDevice[0]: write \\\"4000:4000 "
            + (Cgroups.IsV2 ? "rbps=1\\\" to /sys/fs/cgroup/" : "1\\\" to /sys/fs/cgroup/blkio/"));
        result.Stderr.Should().NotContain("warning");

        Values(container).Should().Equal(before);
        // And is not remembered either.
        container.Command("update", container.Id, "--memory-reservation", "1m").Succeeds();
        container.Cgroup("memory.limit_in_bytes", "memory.max").Should().Be("104857600");
        container.Cgroup("pids.max").Should().Be("50");
    }

    [Fact]
    public void What_an_update_does_not_name_is_left_alone()
    {
        Container container = Sleeping("\"memory\":{\"limit\":104857600},\"pids\":{\"limit\":50}");
        string pids = container.CgroupDirectory("pids") + "/pids.max";
        File.WriteAllText(pids, "77");
        container.Command("update", container.Id, "--memory", "200m").Succeeds();
        File.ReadAllText(pids).Should().Be("77\n");
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void The_device_list_changes_only_when_the_update_has_another_one()
    {
        const string devices = """[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":10,"minor":229,"access":"rw"}]""";
        Container container = Sleeping("\"devices\":" + devices);
        string directory = container.CgroupDirectory("devices");
        // As a device plugin does.
        File.WriteAllText(directory + "/devices.allow", "c 10:201 rw");
        Update("{\"pids\":{\"limit\":9}}");
        Update("{\"pids\":{\"limit\":9},\"devices\":" + devices + "}");
        container.Cgroup("devices.list").Split('\n').Should().Contain(["c 10:201 rw", "c 10:229 rw"]);
        Update("{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]}");
        container.Cgroup("devices.list").Split('\n').Should().NotContain(["c 10:229 rw"]).And.Contain("c 1:3 rwm");

        void Update(string json) => container.Update(json).Succeeds();
    }

    // One that denies by default, with what a device plugin has added; and one that allows, whose exceptions v1 does not tell.
    [CgroupV1Theory]
    [Trait("Lane", "CgroupV1")]
    [InlineData("""[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":10,"minor":228,"access":"rw"}]""", "c 10:201 rw")]
    [InlineData("""[{"allow":true,"access":"rwm"},{"allow":false,"type":"c","major":10,"minor":228,"access":"rw"}]""", null)]
    public void A_device_list_that_the_kernel_refuses_in_part_is_put_back(string list, string? plugin)
    {
        Container container = NewContainer("{\"linux\":{\"resources\":{\"devices\":" + list + "}}}");
        container.Bundle.Config["linux"]!["cgroupsPath"] = $"/{Token}-parent/{container.Id}";
        foreach (string minor in new[] { "200", "226", "227", "228" })
            Command.Run("mknod", $"{container.Bundle.Rootfs}/{minor}", "c", "10", minor).Succeeds();
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        try
        {
            string directory = container.CgroupDirectory("devices");
            File.WriteAllText(directory + "/../devices.deny", "c 10:229 rw");
            if (plugin is not null)
                File.WriteAllText(directory + "/devices.allow", plugin);
            string[] devices = File.ReadAllLines(directory + "/devices.list"), limits = Values(container), denied = Denied(container);
            denied.Should().NotBeEmpty();
            container.Update("""
                {"pids":{"limit":9},"devices":[{"allow":true,"type":"c","major":10,"minor":227,"access":"rw"},{"allow":true,"type":"c","major":10,"minor":229,"access":"rw"}]}
                """).FailsWith("c 10:229 rw").Stderr.Should().NotContain("warning");
            File.ReadAllLines(directory + "/devices.list").Should().BeEquivalentTo(devices);
            Values(container).Should().Equal(limits);
            Denied(container).Should().Equal(denied);
        }
        finally
        {
            container.Delete("--force").Succeeds();
            foreach (string parent in Leaks.CgroupsNamed($"{Token}-parent").ToList())
                System.IO.Directory.Delete(parent);
        }

        // There may be no such device: that is another error.
        static string[] Denied(Container container) => container.Command(
            "exec", container.Id, "sh", "-c", "for device in 200 226 227 228; do (: </$device) 2>&1 | grep 'not permitted'; done; true").Succeeds().Lines;
    }

    [Fact]
    public void Created_and_paused_containers_can_be_updated_and_stopped_ones_cannot()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Command("update", container.Id, "--pids-limit", "11").Succeeds();
        container.Start().Succeeds();
        container.Command("pause", container.Id).Succeeds();
        container.Command("update", container.Id, "--pids-limit", "12").Succeeds();
        container.Status.Should().Be("paused");
        container.Cgroup("pids.max").Should().Be("12");
        container.Command("resume", container.Id).Succeeds();
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Command("update", container.Id, "--pids-limit", "13").FailsWith("container not running");
        Ocirun("update", "nosuch", "--pids-limit", "13").FailsWith("container does not exist");
    }
}
