using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, mounts: the types, and where a mount may go.</summary>
[Trait("Lane", "Integration")]
public sealed class MountsTests : ContainerTest
{
    private MountInfo Mounted(string mount, string point = "/mnt", Action<Bundle>? prepare = null)
    {
        Container container = NewContainer();
        prepare?.Invoke(container.Bundle);
        container.Bundle.Append("mounts", mount).Args("cat", "/proc/self/mountinfo");
        return MountInfo.Parse(container.Run().Succeeds().Stdout).Last(info => info.Point == point);
    }

    private string HostDirectory()
    {
        string path = Directory + "/host";
        System.IO.Directory.CreateDirectory(path);
        File.WriteAllText(path + "/file", "from the host\n");
        return path;
    }

    [Fact]
    public void Tmpfs_with_its_data()
    {
        MountInfo mount = Mounted("""{"destination":"/mnt","type":"tmpfs","source":"scratch","options":["size=64k","mode=0711","nr_inodes=100"]}""");
        mount.Type.Should().Be("tmpfs");
        mount.Source.Should().Be("scratch");
        mount.SuperOptions.Should().Contain("size=64k").And.Contain("mode=711").And.Contain("nr_inodes=100");
    }

    [Fact]
    public void Default_mounts_have_their_types()
    {
        Container container = NewContainer();
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        var mounts = MountInfo.Parse(container.Run().Succeeds().Stdout);
        Type("/proc").Should().Be("proc");
        Type("/dev").Should().Be("tmpfs");
        Type("/dev/pts").Should().Be("devpts");
        Type("/dev/shm").Should().Be("tmpfs");
        Type("/dev/mqueue").Should().Be("mqueue");
        Type("/sys").Should().Be("sysfs");
        mounts.Last(mount => mount.Point == "/sys").Options.Should().Contain(["ro", "nosuid", "nodev", "noexec"]);
        mounts.Last(mount => mount.Point == "/dev").Options.Should().Contain("nosuid").And.NotContain("nodev");
        mounts.Last(mount => mount.Point == "/dev/pts").SuperOptions.Should().Contain(["gid=5", "mode=620", "ptmxmode=666"]);

        string Type(string point) => mounts.Last(mount => mount.Point == point).Type;
    }

    [Fact]
    public void Proc_is_of_the_containers_pid_namespace() =>
        RunScript("ls -d /proc/[0-9]* | head -n 1; cat /proc/1/comm; :").Lines.Should().Equal("/proc/1", "sh");

    [Fact]
    public void Bind_of_a_directory()
    {
        string host = HostDirectory();
        Container container = NewContainer();
        container.Bundle.Append("mounts", $$"""{"destination":"/mnt","source":"{{host}}","options":["bind"]}""");
        container.RunScript("cat /mnt/file; echo from the container >/mnt/file").Stdout.Should().Be("from the host\n");
        File.ReadAllText(host + "/file").Should().Be("from the container\n");
    }

    [Fact]
    public void Bind_with_type_bind_and_relative_source()
    {
        // A relative source is relative to the bundle.
        Container container = NewContainer();
        System.IO.Directory.CreateDirectory(container.Bundle.Directory + "/data");
        File.WriteAllText(container.Bundle.Directory + "/data/file", "from the bundle\n");
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"bind","source":"data","options":["rbind"]}""");
        container.RunScript("cat /mnt/file").Stdout.Should().Be("from the bundle\n");
    }

    [Fact]
    public void Bind_of_a_file_over_one_that_exists()
    {
        string host = HostDirectory();
        Container container = NewContainer();
        container.Bundle.File("/etc/greeting", "from the image\n");
        container.Bundle.Append("mounts", $$"""{"destination":"/etc/greeting","source":"{{host}}/file","options":["bind","ro"]}""");
        container.RunScript("cat /etc/greeting; echo x 2>/dev/null >/etc/greeting || echo refused").Lines.Should().Equal("from the host", "refused");
        File.ReadAllText(container.Bundle.Rootfs + "/etc/greeting").Should().Be("from the image\n");
    }

    [Fact]
    public void Missing_destination_of_a_bound_file_is_a_file()
    {
        string host = HostDirectory();
        Container container = NewContainer();
        container.Bundle.Append("mounts", $$"""{"destination":"/new/deep/file","source":"{{host}}/file","options":["bind"]}""");
        container.RunScript("cat /new/deep/file").Stdout.Should().Be("from the host\n");
        File.ReadAllText(container.Bundle.Rootfs + "/new/deep/file").Should().BeEmpty();
    }

    [Fact]
    public void Missing_destination_is_made_with_mode_0755()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/new/deep","type":"tmpfs","source":"tmpfs"}""");
        container.RunScript("stat -c %a /new").Stdout.Should().Be("755\n");
    }

    [Fact]
    public void Relative_destination_counts_from_the_root_whatever_the_working_directory()
    {
        Container container = NewContainer("""{"process":{"cwd":"/tmp"}}""");
        container.Bundle.Append("mounts", """{"destination":"new/relative","type":"tmpfs","source":"tmpfs"}""").Args("cat", "/proc/self/mountinfo");
        CommandResult result = container.Run().Succeeds();
        MountInfo.Parse(result.Stdout).Should().Contain(mount => mount.Point == "/new/relative" && mount.Type == "tmpfs");
        result.Stderr.Should().Contain("new/relative");
    }

    [Fact]
    public void Rbind_brings_the_mounts_below()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/host-dev","source":"/dev","options":["rbind"]}""").Args("cat", "/proc/self/mountinfo");
        MountInfo.Parse(container.Run().Succeeds().Stdout).Should().Contain(mount => mount.Point == "/host-dev/shm");
    }

    [Fact]
    public void Bind_leaves_the_mounts_below_out()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/host-dev","source":"/dev","options":["bind"]}""").Args("cat", "/proc/self/mountinfo");
        MountInfo.Parse(container.Run().Succeeds().Stdout).Should().Contain(mount => mount.Point == "/host-dev").And.NotContain(mount => mount.Point == "/host-dev/shm");
    }

    [Fact]
    public void Mounts_are_made_in_the_configs_order()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"tmpfs","source":"lower"}""")
            .Append("mounts", """{"destination":"/mnt/inner","type":"tmpfs","source":"upper"}""");
        container.RunScript("grep -E 'lower|upper' /proc/mounts | cut -d' ' -f1,2").Lines.Should().Equal("lower /mnt", "upper /mnt/inner");
    }

    [Fact]
    public void Overlay_with_a_colon_separated_lower()
    {
        string layers = Directory + "/layers";
        foreach (string name in new[] { "one", "two", "upper", "work" })
            System.IO.Directory.CreateDirectory($"{layers}/{name}");
        File.WriteAllText(layers + "/one/file", "one\n");
        File.WriteAllText(layers + "/two/file", "two\n");
        File.WriteAllText(layers + "/two/other", "other\n");
        Container container = NewContainer();
        container.Bundle.Append("mounts", $$"""{"destination":"/mnt","type":"overlay","source":"overlay","options":["lowerdir={{layers}}/one:{{layers}}/two","upperdir={{layers}}/upper","workdir={{layers}}/work"]}""");
        container.RunScript("cat /mnt/file /mnt/other; echo new >/mnt/file").Lines.Should().Equal("one", "other");
        File.ReadAllText(layers + "/upper/file").Should().Be("new\n");
    }

    [Theory]
    [InlineData("tmpcopyup")]
    [InlineData("tmpcopyup", "iversion")] // which takes another way into the kernel
    public void Tmpcopyup_fills_the_tmpfs_with_what_it_hides(params string[] options)
    {
        Container container = NewContainer();
        container.Bundle.File("/var/data/file", "from the image\n", 0b110_000_000);
        container.Bundle.File("/var/data/deep/other", "deeper\n");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/var/data/link", "file");
        container.Bundle.Append("mounts", """{"destination":"/var/data","type":"tmpfs","source":"tmpfs","options":["X"]}""".Replace("X", string.Join("\",\"", options)));
        container.RunScript("cat /var/data/file /var/data/deep/other; readlink /var/data/link; stat -c %a /var/data/file /var/data; stat -f -c %T /var/data; echo changed >/var/data/file")
            .Lines.Should().Equal("from the image", "deeper", "file", "600", "755", "tmpfs");
        File.ReadAllText(container.Bundle.Rootfs + "/var/data/file").Should().Be("from the image\n");
    }

    [Theory]
    [InlineData("ro")]
    [InlineData("ro", "iversion")] // which takes another way into the kernel
    public void Readonly_tmpfs_is_filled_before_it_is_read_only(params string[] options)
    {
        string list = string.Join("\",\"", options);
        Container container = NewContainer();
        container.Bundle.File("/var/data/file", "from the image\n");
        container.Bundle.Append("mounts", """{"destination":"/var/data","type":"tmpfs","source":"tmpfs","options":["tmpcopyup","X"]}""".Replace("X", list))
            .Append("mounts", """{"destination":"/var/data/below","type":"tmpfs","source":"tmpfs"}""")
            .Config["mounts"]!.AsArray().First(mount => (string)mount!["destination"]! == "/dev")!["options"] = JsonNode.Parse("""["X"]""".Replace("X", list));
        container.RunScript("cat /var/data/file; for file in /var/data/new /dev/new; do (: >$file) 2>/dev/null || echo refused; done; [ -c /dev/null ] && : >/var/data/below/new && echo done")
            .Lines.Should().Equal("from the image", "refused", "refused", "done");
    }

    [Theory]
    [InlineData("/link", "/target")]
    [InlineData("/../../../../link", "/target")]
    [InlineData("/link/below", "/target/below")]
    public void Destination_through_a_symbolic_link_stays_inside(string destination, string point)
    {
        // An absolute link of the image names a path of the image, never of the host.
        Mounted($$"""{"destination":"{{destination}}","type":"tmpfs","source":"inside"}""", point, bundle =>
        {
            System.IO.Directory.CreateDirectory(bundle.Rootfs + "/target");
            File.CreateSymbolicLink(bundle.Rootfs + "/link", "/target");
        }).Source.Should().Be("inside");
    }

    [Fact]
    public void Destination_through_a_link_that_climbs_out_stays_inside()
    {
        string outside = Directory + "/outside";
        System.IO.Directory.CreateDirectory(outside);
        Container container = NewContainer();
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/escape", "../../outside");
        container.Bundle.Append("mounts", """{"destination":"/escape/new","type":"tmpfs","source":"inside"}""");
        container.RunScript("grep inside /proc/mounts | cut -d' ' -f2").Stdout.Should().Be("/outside/new\n");
        System.IO.Directory.GetFileSystemEntries(outside).Should().BeEmpty();
    }

    [OcirunFact("runc 1.1.5 looks at bind mounts only")]
    public void Destination_on_proc_is_refused()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/proc/sys/kernel","type":"tmpfs","source":"tmpfs"}""");
        container.Run().FailsWith("/proc");
        NothingIsLeft();
    }

    [Fact]
    public void Proc_as_a_symbolic_link_is_refused()
    {
        Container container = NewContainer();
        System.IO.Directory.Delete(container.Bundle.Rootfs + "/proc");
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/elsewhere");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/proc", "elsewhere");
        container.Run().FailsWith("proc");
        NothingIsLeft();
    }

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void Cgroup_shows_the_v1_hierarchies()
    {
        Container container = NewContainer();
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        var mounts = MountInfo.Parse(container.Run().Succeeds().Stdout);
        foreach (string name in new[] { "memory", "cpu", "cpuset", "devices", "freezer", "pids", "blkio" })
        {
            MountInfo mount = mounts.Last(mount => mount.Point.StartsWith("/sys/fs/cgroup/") && mount.Point.Split('/')[4].Split(',').Contains(name));
            mount.Type.Should().Be("cgroup");
            mount.Options.Should().Contain(["ro", "nosuid", "nodev", "noexec"]);
        }
    }

    [Fact]
    public void Cgroup_shows_only_the_containers_part()
    {
        Container container = NewContainer("""{"linux":{"resources":{"pids":{"limit":77}}}}""");
        container.RunScript($"cat {Cgroups.DirectoryOf("pids", "/pids.max")}").Lines.Should().Equal("77");
    }

    [Fact]
    public void Cgroup_with_a_cgroup_namespace_shows_only_the_containers_part()
    {
        Container container = NewContainer("""{"linux":{"resources":{"pids":{"limit":78}}}}""");
        container.Bundle.WithNamespace("cgroup");
        container.RunScript($"cat {Cgroups.DirectoryOf("pids", "/pids.max")}; cut -d: -f3 /proc/self/cgroup | sort -u").Lines.Should().Equal("78", "/");
    }

    [Fact]
    public void Recursively_readonly_bind()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/host-dev","source":"/dev","options":["rbind","rro"]}""").Args("cat", "/proc/self/mountinfo");
        var mounts = MountInfo.Parse(container.Run().Succeeds().Stdout).Where(mount => mount.Point.StartsWith("/host-dev")).ToList();
        mounts.Should().HaveCountGreaterThan(1).And.OnlyContain(mount => mount.Options.Contains("ro"));
    }

    [Fact]
    public void Readonly_bind_leaves_the_mounts_below_writable()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/host-dev","source":"/dev","options":["rbind","ro"]}""").Args("cat", "/proc/self/mountinfo");
        var mounts = MountInfo.Parse(container.Run().Succeeds().Stdout);
        mounts.Last(mount => mount.Point == "/host-dev").Options.Should().Contain("ro");
        mounts.Last(mount => mount.Point == "/host-dev/shm").Options.Should().Contain("rw");
    }

    [OcirunFact("runc 1.1.5 cannot mount then")]
    public void A_label_of_the_mounts_without_SELinux_is_a_warning()
    {
        CommandResult result = RunScript("echo hello", """{"linux":{"mountLabel":"system_u:object_r:container_file_t:s0"}}""");
        result.Stdout.Should().Be("hello\n");
        result.Stderr.Should().Contain("level=warning").And.Contain("linux.mountLabel").And.Contain("SELinux is not enabled");
    }
}
