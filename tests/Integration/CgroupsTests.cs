using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config-linux.md, cgroupsPath and resources, read back from the kernel's files, v1 or v2.</summary>
[Trait("Lane", "Integration")]
public sealed class CgroupsTests : ContainerTest
{
    private Container Created(string patch)
    {
        Container container = NewContainer(patch);
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        return container;
    }

    private static string Resources(string resources) => "{\"linux\":{\"resources\":{" + resources + "}}}";

    [Fact]
    public void Container_has_a_cgroup_in_every_hierarchy_and_delete_removes_it()
    {
        Container container = Created("{}");
        if (Cgroups.IsV2)
            container.CgroupDirectories().Should().HaveCount(1);
        else
            container.CgroupDirectories().SelectMany(path => path.Split('/')[4].Split(',')).Should().Contain(["memory", "cpu", "cpuacct", "cpuset", "devices", "freezer", "pids", "blkio", "systemd"]);
        foreach (string directory in container.CgroupDirectories())
            File.ReadAllLines(directory + "/cgroup.procs").Should().Contain(container.Pid.ToString());
        container.Delete("--force").Succeeds();
        container.CgroupDirectories().Should().BeEmpty();
    }

    [Fact]
    public void Absolute_cgroups_path_is_from_the_hierarchys_root()
    {
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["cgroupsPath"] = $"/{Token}-parent/{container.Id}";
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        string memory = Cgroups.DirectoryOf("memory", $"/{Token}-parent/{container.Id}");
        System.IO.Directory.Exists(memory).Should().BeTrue();
        container.Delete("--force").Succeeds();
        System.IO.Directory.Exists(memory).Should().BeFalse();
        foreach (string parent in Leaks.CgroupsNamed($"{Token}-parent").ToList())
            System.IO.Directory.Delete(parent);
    }

    [Fact]
    public void Same_relative_cgroups_path_gives_the_same_cgroup()
    {
        // Spec: for a given value, runtimes MUST consistently attach to the same place.
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["cgroupsPath"] = $"{Token}-relative";
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        string[] first = Leaks.CgroupsNamed($"{Token}-relative").Order().ToArray();
        first.Should().Contain(path => path.StartsWith(Cgroups.DirectoryOf("memory", "/")));
        container.Delete("--force").Succeeds();
        container.Create().Succeeds();
        Leaks.CgroupsNamed($"{Token}-relative").Order().Should().Equal(first);
    }

    [Fact]
    public void Memory()
    {
        Container container = Created(Resources("\"memory\":{\"limit\":67108864,\"reservation\":33554432}"));
        container.Cgroup("memory.limit_in_bytes", "memory.max").Should().Be("67108864");
        container.Cgroup("memory.soft_limit_in_bytes", "memory.low").Should().Be("33554432");
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void Memory_that_is_swapped_and_not_killed_for()
    {
        Container container = Created(Resources("\"memory\":{\"limit\":67108864,\"swappiness\":17,\"disableOOMKiller\":true}"));
        container.Cgroup("memory.swappiness").Should().Be("17");
        container.Cgroup("memory.oom_control").Should().Contain("oom_kill_disable 1");
    }

    [Fact]
    public void Memory_limit_ends_a_process_that_exceeds_it()
    {
        Container container = NewContainer(Resources("\"memory\":{\"limit\":8388608}"));
        container.Bundle.Args("dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=1");
        container.Run().ExitsWith(128 + 9);
    }

    [Theory]
    [InlineData(4096, "memory limit 4 KiB is too low: a container needs at least 256 KiB to start")]
    [InlineData(65536, "memory limit 64 KiB is too low")]
    public void Memory_limit_that_is_too_low_to_start_is_named(int limit, string message)
    {
        foreach (string command in new[] { "create", "run" })
        {
            Container container = NewContainer(Resources($"\"memory\":{{\"limit\":{limit}}}"));
            container.Bundle.Write();
            container.Command(command, "--bundle", container.Bundle.Directory, container.Id)
                .FailsWith("container init was OOM-killed (memory limit too low?): " + message);
            NothingIsLeft();
        }
    }

    // v2 makes room where it can: the limit is then not too low.
    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void Memory_limit_that_is_too_low_for_exec_is_suspected()
    {
        Container container = Created("{}");
        container.Start().Succeeds();
        // In a cgroup of its own there is nobody else whom the kernel could kill.
        string small = container.CgroupDirectory("memory") + "/small";
        System.IO.Directory.CreateDirectory(small);
        File.WriteAllText(small + "/memory.limit_in_bytes", "0");
        container.Command("exec", "--cgroup", "memory:small", container.Id, "true").FailsWith("(possibly OOM-killed)", 255);
    }

    [Fact]
    public void Memory_limit_of_minus_one_is_none()
    {
        Container container = Created(Resources("\"memory\":{\"limit\":-1}"));
        if (Cgroups.IsV2)
            container.Cgroup("memory.max").Should().Be("max");
        else
            long.Parse(container.Cgroup("memory.limit_in_bytes")).Should().BeGreaterThan(1L << 60);
    }

    [Fact]
    public void Cpu()
    {
        Container container = Created(Resources("\"cpu\":{\"shares\":512,\"quota\":50000,\"period\":200000}"));
        if (Cgroups.IsV2)
        {
            container.Cgroup("cpu.weight").Should().Be("59");
            container.Cgroup("cpu.max").Should().Be("50000 200000");
            return;
        }

        container.Cgroup("cpu.shares").Should().Be("512");
        container.Cgroup("cpu.cfs_quota_us").Should().Be("50000");
        container.Cgroup("cpu.cfs_period_us").Should().Be("200000");
    }

    [Fact]
    public void Cpu_quota_stops_a_process_for_the_rest_of_the_period()
    {
        // The kernel's counter, read by the process that is stopped: a fifth of a period is soon used up.
        const string script = """
            cd /sys/fs/cgroup; [ -e cpu.stat ] || cd cpu
            until grep 'nr_throttled [1-9]' cpu.stat; do :; done
            """;
        RunScript(script, Resources("\"cpu\":{\"quota\":20000,\"period\":100000}")).Stdout.Should().StartWith("nr_throttled ");
    }

    [Fact]
    public void Processes_that_are_paused_do_nothing()
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Script("until [ -e /go ]; do :; done; echo >/gone; exec sleep 1000");
        container.Run("--detach").Succeeds();
        container.Command("pause", container.Id).Succeeds();
        container.Bundle.File("/go", "");
        container.Status.Should().Be("paused");
        File.Exists(container.Bundle.Rootfs + "/gone").Should().BeFalse();
        container.Command("resume", container.Id).Succeeds();
        Wait.Until(() => File.Exists(container.Bundle.Rootfs + "/gone"), "it goes on");
    }

    private Container OfSystemd()
    {
        Container container = NewContainer();
        container.GlobalFlags.Add("--systemd-cgroup");
        return container;
    }

    [Fact]
    public void Devices_are_opened_and_made_as_the_rules_say() => OpensAndMakes(NewContainer());

    [SystemdFact]
    [Trait("Lane", "Systemd")]
    public void Devices_are_opened_and_made_as_the_rules_say_that_systemd_knows() => OpensAndMakes(OfSystemd());

    private static void OpensAndMakes(Container container)
    {
        container.Bundle.Patch(Resources("""
            "devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":1,"minor":11,"access":"r"},
                       {"allow":false,"type":"c","major":1,"minor":7,"access":"rw"}]
            """));
        foreach (string set in new[] { "bounding", "effective", "permitted" })
            container.Bundle.Append("process.capabilities." + set, "\"CAP_MKNOD\"").Append("process.capabilities." + set, "\"CAP_SYSLOG\"");
        container.Bundle.Config["root"]!["readonly"] = false;
        string output = container.RunScript("""
            mknod /mem c 1 1 && echo made mem
            mknod /kmsg c 1 11 && echo made kmsg
            (: </mem) 2>&1
            (: </kmsg) && echo read kmsg
            (: >/kmsg) 2>&1
            (: </dev/zero >/dev/null) && echo default
            true
            """).Stdout;
        output.Should().Be("""
            made mem
            made kmsg
            /bin/sh: can't open /mem: Operation not permitted
            read kmsg
            /bin/sh: can't create /kmsg: Operation not permitted
            default

            """);
    }

    [OcirunFact("runc leaves the device list as it is")]
    public void Device_rules_change_without_a_moment_of_others() => ChangesRules(NewContainer());

    [SystemdFact]
    [Trait("Lane", "Systemd")]
    public void Device_rules_that_systemd_knows_change_without_a_moment_of_others() => ChangesRules(OfSystemd());

    private static void ChangesRules(Container container)
    {
        foreach (string set in new[] { "bounding", "effective", "permitted" })
            container.Bundle.Append("process.capabilities." + set, "\"CAP_SYSLOG\"");
        Command.Run("mknod", container.Bundle.Rootfs + "/kmsg", "c", "1", "11").Succeeds();
        container.Bundle.Script("echo tries; until true 2>/dev/null </kmsg; do true </dev/null || echo refused; done; echo allowed");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Length > 0, "the container runs", () => run.Stderr);
        foreach (string other in new[] { "10:229", "10:237" })
        {
            Allow(other);
            run.Stdout.Should().Be("tries\n");
        }

        Allow("1:11");
        run.Finish().Succeeds().Stdout.Should().Be("tries\nallowed\n");

        void Allow(string device)
        {
            string[] numbers = device.Split(':');
            container.Update($$"""
                {"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":{{numbers[0]}},"minor":{{numbers[1]}},"access":"rw"}]}
                """).Succeeds();
        }
    }

    [Fact]
    public void Cpuset()
    {
        Container container = Created(Resources("\"cpu\":{\"cpus\":\"0\",\"mems\":\"0\"}"));
        container.Cgroup("cpuset.cpus").Should().Be("0");
        container.Cgroup("cpuset.mems").Should().Be("0");
        File.ReadAllText($"/proc/{container.Pid}/status").Should().Contain("Cpus_allowed_list:\t0\n");
    }

    [Fact]
    public void Pids()
    {
        Created(Resources("\"pids\":{\"limit\":42}")).Cgroup("pids.max").Should().Be("42");
    }

    [Fact]
    public void Pids_limit_refuses_another_process()
    {
        CommandResult result = RunScript("(sleep 0 & sleep 0 & sleep 0 & sleep 0 & sleep 0) 2>&1; true", Resources("\"pids\":{\"limit\":2}"));
        result.Stdout.Should().Contain("Resource temporarily unavailable");
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void Devices()
    {
        Container container = Created(Resources("""
            "devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":10,"minor":229,"access":"rw"},{"allow":true,"type":"b","major":8,"access":"r"}]
            """));
        string[] list = container.Cgroup("devices.list").Split('\n');
        list.Should().Contain(["c 10:229 rw", "b 8:* r", "c 1:3 rwm", "c 136:* rwm"]).And.NotContain("a *:* rwm");
    }

    [Fact]
    public void Container_joins_a_cgroup_that_exists()
    {
        string parent = Cgroups.DirectoryOf("pids", $"/{Token}-made");
        System.IO.Directory.CreateDirectory(parent);
        Container container = NewContainer(Resources("\"pids\":{\"limit\":55}"));
        container.Bundle.Config["linux"]!["cgroupsPath"] = $"/{Token}-made";
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        File.ReadAllLines(parent + "/cgroup.procs").Should().Contain(container.Pid.ToString());
        File.ReadAllText(parent + "/pids.max").Should().Be("55\n");
    }

    [Fact]
    public void Delete_ends_the_processes_that_are_left()
    {
        // Without a pid namespace nothing but the cgroup knows the process that stays behind.
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("pid").Script("sleep 1000 & exec sleep 0");
        container.Create().Succeeds();
        container.Start().Succeeds();
        container.WaitUntilStopped();
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [Fact]
    public void A_busy_cgroup_is_reported_with_who_holds_it()
    {
        Container container = Created("{}");
        string inner = container.CgroupDirectory("pids") + "/inner";
        System.IO.Directory.CreateDirectory(inner);
        using Command foreigner = Command.Start("sleep", ["1000"]);
        File.WriteAllText(inner + "/cgroup.procs", $"{foreigner.Pid}");
        container.Delete("--force").FailsWith($"remove cgroup {inner}: rmdir held by process {foreigner.Pid}: device or resource busy; end these processes");
        foreigner.HasExited.Should().BeFalse();
        foreigner.Signal(9);
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void A_failing_create_spares_who_was_in_its_cgroup_before()
    {
        string pids = "/sys/fs/cgroup/pids/" + Token;
        System.IO.Directory.CreateDirectory(pids);
        using Command neighbour = Command.Start("sleep", ["1000"]);
        File.WriteAllText(pids + "/cgroup.procs", neighbour.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Container container = NewContainer($$$"""{"linux":{"cgroupsPath":"/{{{Token}}}"}}""");
        container.Bundle.Args("/no/such/program");
        container.Run().ExitsWith(1);
        neighbour.HasExited.Should().BeFalse();
        neighbour.Signal(9);
        Wait.Until(() => File.ReadAllText(pids + "/cgroup.procs").Length == 0, "the neighbour is gone");
        System.IO.Directory.Delete(pids);
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void The_hosts_mounts_are_not_read_for_hierarchies_that_are_not_mounted()
    {
        // In mounts of its own; a hierarchy without a mount is still listed while it has cgroups, or another mount.
        const string script = """
            for name in net_cls,net_prio net_cls net_prio hugetlb rdma perf_event misc; do while umount /sys/fs/cgroup/$name 2>/dev/null; do :; done; done
            exec strace -f -o "$0" -e trace=openat "$@"
            """;
        string trace = Directory + "/trace";
        Container container = NewContainer();
        container.Bundle.Args("true").Write();
        Command.Run(
            "unshare", "--mount", "--propagation", "private", "sh", "-c", script, trace,
            container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id).Succeeds();
        File.ReadAllText(trace).Should().Contain("\"/proc/self/cgroup\"").And.NotContain("mountinfo");
    }

    // A container with a writable view of its cgroup, as engines give to one that runs an init system.
    private Container Manager(string script)
    {
        Container container = NewContainer();
        foreach (JsonNode? mount in container.Bundle.Config["mounts"]!.AsArray().Where(mount => (string?)mount!["type"] is "cgroup" or "cgroup2"))
            mount!["options"] = new JsonArray("rw", "nosuid", "noexec", "nodev");
        container.Bundle.Script($"cd /sys/fs/cgroup{(Cgroups.IsV2 ? "" : "/freezer")}; {script}");
        return container;
    }

    [OcirunFact("runc 1.1.5 walks cgroups by path")]
    public void Cgroups_of_the_containers_own_do_not_keep_it_whatever_their_names()
    {
        Container container = Manager("""n=$(printf '\377'); mkdir $n; sleep 1000 & echo $! >$n/cgroup.procs; echo made; exec sleep 1000""");
        container.Bundle.WithoutNamespace("pid");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Length > 0, "the cgroup is made", () => run.Stderr);
        container.Command("ps", container.Id).Succeeds().Lines.Should().HaveCount(3);
        container.Delete("--force").Succeeds();
        run.Finish();
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 walks cgroups by path")]
    public void Cgroups_of_the_containers_own_do_not_keep_it_however_deep()
    {
        // Longer than the longest path, PATH_MAX, from the host.
        Container container = Manager("n=$(printf %0200d 1); i=0; while [ $i -lt 24 ]; do mkdir $n && cd $n || break; i=$((i+1)); done; echo $i; exec sleep 1000");
        using Command run = container.StartRun([]);
        Wait.Until(() => run.Stdout.Length > 0, "the cgroups are made");
        int.Parse(run.Stdout).Should().BeGreaterThan(15);
        container.Command("ps", container.Id).Succeeds().Lines.Should().HaveCount(2);
        container.Delete("--force").Succeeds();
        run.Finish();
        NothingIsLeft();
    }

    [OcirunFact("runc waits in exec, create and start for as long as the cgroup is frozen")]
    public void A_cgroup_that_is_frozen_from_above_is_refused()
    {
        Container container = NewContainer(), second = NewContainer(), waiting = NewContainer();
        foreach (Container each in new[] { container, second, waiting })
            each.Bundle.Patch("{\"linux\":{\"cgroupsPath\":\"/" + Token + "-parent/" + each.Id + "\"}}").Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        waiting.Create().Succeeds();
        string parent = Cgroups.DirectoryOf("freezer", $"/{Token}-parent");
        string file = parent + (Cgroups.IsV2 ? "/cgroup.freeze" : "/freezer.state");
        File.WriteAllText(file, Cgroups.IsV2 ? "1" : "FROZEN");
        try
        {
            foreach (Container each in new[] { container, waiting })
                Wait.Until(() => each.Cgroup("freezer.state", "cgroup.events").Split('\n').Any(line => line is "FROZEN" or "frozen 1"), "it is frozen");
            waiting.Start().FailsWith("cannot start: the container's cgroup is frozen by a cgroup above it");
            container.Command("exec", container.Id, "true").FailsWith("cannot exec: the container's cgroup is frozen by a cgroup above it", 255);
            second.Create().FailsWith($"{second.Id} is frozen by a cgroup above it; thaw that one");
        }
        finally
        {
            File.WriteAllText(file, Cgroups.IsV2 ? "0" : "THAWED");
        }

        container.Command("exec", container.Id, "true").Succeeds();
        container.Delete("--force").Succeeds();
        waiting.Start().Succeeds();
        waiting.Delete("--force").Succeeds();
        foreach (string left in Leaks.CgroupsNamed($"{Token}-parent").ToList())
            System.IO.Directory.Delete(left);
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void Init_that_has_frozen_itself_is_deleted()
    {
        NewSelfFrozen().Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void Init_that_has_frozen_itself_is_killed()
    {
        Container container = NewSelfFrozen();
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
    }

    private Container NewSelfFrozen()
    {
        Container container = Manager("mkdir k; (until grep -q . k/tasks; do :; done; echo FROZEN >k/freezer.state; sleep 1000) & echo 1 >k/tasks; exec sleep 1000");
        container.Run("--detach").Succeeds();
        string state = container.CgroupDirectories().Single(path => path.Contains("/freezer/")) + "/k/freezer.state";
        Wait.Until(() => File.Exists(state) && File.ReadAllText(state).Trim() == "FROZEN", "it is frozen");
        return container;
    }

    // Two hundred, in parts that an emulated machine has the time for.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Fifty_containers_leave_nothing(int part)
    {
        Container container = NewContainer(Resources($"\"memory\":{{\"limit\":67108864}},\"pids\":{{\"limit\":1{part}}}"));
        container.Bundle.Args("true").Write();
        Command.Shell(
            "i=0; while [ $i -lt 50 ]; do i=$((i + 1)); \"$1\" --root \"$2\" create --bundle \"$3\" \"$4\" && \"$1\" --root \"$2\" delete --force \"$4\" || exit; done",
            Runtime.UnderTest.Path, Root, container.Bundle.Directory, container.Id).Succeeds();
        NothingIsLeft();
    }

    [OcirunFact("runc takes it for a start")]
    public void A_kill_for_want_of_memory_between_start_and_the_program_is_named()
    {
        // The kernel's choice is not left to chance: it kills the process that asks to be chosen, and the hook then the init.
        const string script = "(echo 1000 >/proc/self/oom_score_adj; exec dd if=/dev/zero of=/dev/null bs=64M count=1); kill -9 $PPID";
        Container container = NewContainer(Resources("\"memory\":{\"limit\":16777216}"));
        container.Bundle.WithoutNamespace("pid").Append("hooks.startContainer", $$"""{"path":"/bin/sh","args":["sh","-c","{{script}}"]}""").Args("sleep", "1000");
        container.Run().FailsWith("container init was OOM-killed (memory limit too low?): memory limit 16 MiB is too low");
        NothingIsLeft();
    }
}
