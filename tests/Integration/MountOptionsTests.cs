using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, Linux mount options: what each leaves in mountinfo.</summary>
[Trait("Lane", "Integration")]
public sealed class MountOptionsTests : ContainerTest
{
    private MountInfo Mounted(string type, string source, params string[] options)
    {
        Container container = NewContainer();
        string list = string.Join(',', options.Select(option => $"\"{option}\""));
        container.Bundle.Append("mounts", $$"""{"destination":"/mnt","type":"{{type}}","source":"{{source}}","options":[{{list}}]}""");
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        return MountInfo.Parse(container.Run().Succeeds().Stdout).Last(mount => mount.Point == "/mnt");
    }

    [Theory]
    [InlineData("ro", "ro")]
    [InlineData("nosuid", "nosuid")]
    [InlineData("nodev", "nodev")]
    [InlineData("noexec", "noexec")]
    [InlineData("noatime", "noatime")]
    [InlineData("nodiratime", "nodiratime")]
    [InlineData("relatime", "relatime")]
    [InlineData("nosymfollow", "nosymfollow")]
    public void Flag_is_set(string option, string expected)
    {
        Mounted("tmpfs", "tmpfs", option).Options.Should().Contain(expected);
    }

    [Theory]
    [InlineData("rw", "ro,rw", "ro")]
    [InlineData("suid", "nosuid,suid", "nosuid")]
    [InlineData("dev", "nodev,dev", "nodev")]
    [InlineData("exec", "noexec,exec", "noexec")]
    [InlineData("atime", "noatime,atime", "noatime")]
    [InlineData("diratime", "nodiratime,diratime", "nodiratime")]
    [InlineData("symfollow", "nosymfollow,symfollow", "nosymfollow")]
    public void Later_flag_clears_the_earlier(string option, string options, string absent)
    {
        MountInfo mount = Mounted("tmpfs", "tmpfs", options.Split(','));
        mount.Options.Should().NotContain(absent, option);
    }

    [OcirunTheory("runc 1.1.5 keeps noatime beside a later relatime")]
    [InlineData("strictatime", "")]
    [InlineData("noatime,relatime", "relatime")]
    [InlineData("noatime,atime", "relatime")]
    [InlineData("relatime,norelatime", "relatime")] // which is what the kernel takes where nothing is said
    [InlineData("noatime,norelatime", "noatime")]
    [InlineData("strictatime,nostrictatime", "relatime")]
    [InlineData("noatime,nostrictatime", "noatime")]
    public void Access_time_is_what_the_options_add_up_to(string options, string shown) =>
        string.Join(',', Mounted("tmpfs", "tmpfs", options.Split(',')).Options.Where(name => name.EndsWith("atime"))).Should().Be(shown);

    [Theory]
    [InlineData("async", "sync")]
    [InlineData("nolazytime", "lazytime")]
    [InlineData("nomand", "mand")]
    public void Later_flag_of_the_file_system_clears_the_earlier(string option, string earlier) =>
        Mounted("tmpfs", "tmpfs", earlier, option).SuperOptions.Should().NotContain(earlier);

    [Theory]
    [InlineData("sync", "sync")]
    [InlineData("dirsync", "dirsync")]
    [InlineData("lazytime", "lazytime")]
    [InlineData("mand", "mand")]
    public void Flag_of_the_file_system(string option, string expected)
    {
        // Mandatory locking left the kernel in 5.15: the option is still accepted.
        MountInfo mount = Mounted("tmpfs", "tmpfs", option);
        if (option != "mand")
            mount.SuperOptions.Should().Contain(expected);
    }

    [Theory]
    [InlineData("loud")]
    [InlineData("silent")]
    [InlineData("noiversion")]
    [InlineData("iversion")]
    public void Option_that_leaves_no_trace_is_accepted(string option) =>
        Mounted("tmpfs", "tmpfs", option).Type.Should().Be("tmpfs");

    [Fact]
    public void Flag_that_mountinfo_does_not_show_reaches_the_kernel()
    {
        Container container = NewContainer();
        string trace = Directory + "/trace";
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"tmpfs","source":"traced","options":["iversion","silent","nodev"]}""").Args("true").Write();
        Command.Run("strace", "-f", "-o", trace, "-e", "trace=mount", container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id).Succeeds();
        File.ReadAllLines(trace).Should().ContainSingle(line => line.Contains("\"traced\"")).Which.Should().Contain("MS_NODEV").And.Contain("MS_SILENT").And.Contain("MS_I_VERSION");
    }

    [OcirunFact("runc 1.1.5 hands it to the file system, which refuses it")]
    public void Defaults_is_accepted() => Mounted("tmpfs", "tmpfs", "defaults").Type.Should().Be("tmpfs");

    [Theory]
    [InlineData("private", "")]
    [InlineData("rprivate", "")]
    [InlineData("slave", "")]
    [InlineData("rslave", "")]
    [InlineData("shared", "shared")]
    [InlineData("rshared", "shared")]
    [InlineData("unbindable", "unbindable")]
    [InlineData("runbindable", "unbindable")]
    public void Propagation_of_a_mount(string option, string expected)
    {
        MountInfo mount = Mounted("bind", "/etc", "rbind", option);
        string.Join(' ', mount.Propagation.Select(field => field.Split(':')[0])).Should().Be(expected);
    }

    // On a host whose mounts are private nothing of the above tells private and slave from nothing at all.
    [Theory]
    [InlineData("shared", "rw", "shared", "shared")]
    [InlineData("shared", "private", "", "shared")]
    [InlineData("shared", "rprivate", "", "")]
    [InlineData("shared", "slave", "master", "shared")]
    [InlineData("shared", "rslave", "master", "master")]
    [InlineData("shared", "unbindable", "unbindable", "shared")]
    [InlineData("shared", "runbindable", "unbindable", "unbindable")]
    [InlineData("", "rw", "master", "master")]
    [InlineData("", "shared", "shared master", "master")]
    [InlineData("", "rshared", "shared master", "shared master")]
    public void Propagation_of_a_mount_and_of_the_one_below(string root, string option, string top, string below) =>
        BindOfTwo("rw", option, root, "mount --make-shared $d").Select(mount => string.Join(' ', mount.Propagation.Select(field => field.Split(':')[0]))).Should().Equal(top, below);

    [CgroupV1Fact]
    [Trait("Lane", "CgroupV1")]
    public void Options_of_the_view_of_the_v1_hierarchies_are_its_own()
    {
        if (!Runtime.IsOcirun)
            return; // runc 1.1.5 drops the recursive ones
        Container container = NewContainer();
        JsonNode view = container.Bundle.Config["mounts"]!.AsArray().First(mount => (string)mount!["destination"]! == "/sys/fs/cgroup")!;
        view["options"] = new JsonArray("shared", "rro", "rnoatime");
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        MountInfo[] mounts = MountInfo.Parse(container.Run().Succeeds().Stdout).Where(mount => mount.Point.StartsWith("/sys/fs/cgroup")).ToArray();
        mounts.Should().HaveCountGreaterThan(1).And.OnlyContain(mount => mount.Options.Contains("ro") && mount.Options.Contains("noatime"));
        mounts.Where(mount => mount.Propagation.Count > 0).Select(mount => mount.Point).Should().Equal("/sys/fs/cgroup");
    }

    [Theory]
    [InlineData("ro", "ro")]
    [InlineData("nosuid", "nosuid")]
    [InlineData("nodev", "nodev")]
    [InlineData("noexec", "noexec")]
    [InlineData("noatime", "noatime")]
    [InlineData("nosymfollow", "nosymfollow")]
    public void Bind_has_flags_of_its_own(string option, string expected) =>
        Mounted("bind", "/etc", "bind", option).Options.Should().Contain(expected);

    [Fact]
    public void Mountinfo_lists_mounts_in_the_configs_order()
    {
        Container container = NewContainer();
        foreach (string mount in new[] { "\"type\":\"tmpfs\",\"source\":\"tmpfs\"", "\"source\":\"/etc\",\"options\":[\"bind\"]" })
            container.Bundle.Append("mounts", $$"""{"destination":"/mnt",{{mount}}}""");
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        MountInfo.Parse(container.Run().Succeeds().Stdout).Where(mount => mount.Point == "/mnt").Select(mount => mount.Root)
            .Should().Equal("/", "/etc");
    }

    [Fact]
    public void Bind_ignores_a_file_systems_options() =>
        Mounted("bind", "/etc", "bind", "nosuid", "mode=755", "size=1k").Options.Should().Contain("nosuid");

    [Theory]
    [InlineData("rro", "ro")]
    [InlineData("rnosuid", "nosuid")]
    [InlineData("rnodev", "nodev")]
    [InlineData("rnoexec", "noexec")]
    [InlineData("rnoatime", "noatime")]
    [InlineData("rnodiratime", "nodiratime")]
    [InlineData("rnosymfollow", "nosymfollow")]
    [InlineData("rrelatime", "relatime")]
    public void Recursive_flag_reaches_the_mounts_below(string option, string expected)
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", $$"""{"destination":"/mnt","source":"/dev","options":["rbind","{{option}}"]}""");
        container.Bundle.Args("cat", "/proc/self/mountinfo");
        MountInfo.Parse(container.Run().Succeeds().Stdout).Where(mount => mount.Point.StartsWith("/mnt"))
            .Should().HaveCountGreaterThan(1).And.OnlyContain(mount => mount.Options.Contains(expected));
    }

    /// <summary>A recursive bind of two mounts, one below the other, that have the flags; they end with the runtime's mount namespace.</summary>
    /// <param name="flags">Of both mounts.</param>
    /// <param name="option">Of the bind mount.</param>
    /// <param name="propagation">The container's <c>linux.rootfsPropagation</c>.</param>
    /// <param name="more">A command for each mount, <c>$d</c>.</param>
    private MountInfo[] BindOfTwo(string flags, string option, string propagation = "", string more = "true")
    {
        Container container = NewContainer($$"""{"linux":{"rootfsPropagation":"{{propagation}}"} }""");
        string source = Directory + "/source";
        System.IO.Directory.CreateDirectory(source);
        container.Bundle.Append("mounts", $$"""{"destination":"/mnt","source":"{{source}}","options":["rbind","{{option}}"]}""");
        container.Bundle.Args("cat", "/proc/self/mountinfo").Write();
        string script = $"for d in {source} {source}/below; do mkdir -p $d && mount -t tmpfs data $d || exit; done; for d in {source} {source}/below; do mount -o remount,bind,{flags} $d && {more} || exit; done; exec \"$@\"";
        string mounts = Command.Run("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id)
            .Succeeds().Stdout;
        MountInfo[] below = MountInfo.Parse(mounts).Where(mount => mount.Point.StartsWith("/mnt")).ToArray();
        below.Should().HaveCount(2);
        return below;
    }

    [Theory]
    [InlineData("rrw", "ro")]
    [InlineData("rsuid", "nosuid")]
    [InlineData("rdev", "nodev")]
    [InlineData("rexec", "noexec")]
    [InlineData("rdiratime", "nodiratime")]
    [InlineData("rsymfollow", "nosymfollow")]
    public void Recursive_flag_clears_in_the_mounts_below(string option, string flag)
    {
        BindOfTwo(flag, "rprivate").Should().OnlyContain(mount => mount.Options.Contains(flag));
        BindOfTwo(flag, option).Should().OnlyContain(mount => !mount.Options.Contains(flag));
    }

    [OcirunTheory("runc 1.1.5 clears one bit of the field that the kernel wants cleared as a whole")]
    [InlineData("ratime", "noatime", "relatime")]
    [InlineData("rrelatime", "noatime", "relatime")]
    [InlineData("rnoatime", "relatime", "noatime")]
    [InlineData("rnorelatime", "noatime", "relatime")]
    [InlineData("rnostrictatime", "strictatime", "relatime")]
    [InlineData("rstrictatime", "relatime", "")]
    public void Recursive_atime_option_holds_in_the_mounts_below(string option, string flag, string expected) =>
        BindOfTwo(flag, option).Select(mount => string.Join(',', mount.Options.Where(name => name.EndsWith("atime")))).Should().OnlyContain(names => names == expected);

    [OcirunFact("runc 1.1.5 drops them and is refused")]
    public void Readonly_bind_keeps_the_locked_flags_of_its_source()
    {
        // In a user namespace, a remount that drops nosuid, nodev or noexec of the source is refused.
        Container container = NewContainer();
        string source = Directory + "/source";
        System.IO.Directory.CreateDirectory(source);
        container.Bundle.WithUserNamespace().Script("grep ' /mnt ' /proc/mounts | cut -d' ' -f4");
        container.Bundle.Append("mounts", $$"""{"destination":"/mnt","source":"{{source}}","options":["bind","ro"]}""").Write();
        string script = $"mount -t tmpfs -o nosuid,nodev,noexec data {source}; exec \"$@\"";
        Command.Run("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", container.Runtime.Path, "--root", Root, "run", "--bundle", container.Bundle.Directory, container.Id)
            .Succeeds().Stdout.Should().StartWith("ro,nosuid,nodev,noexec");
    }

    [OcirunFact("runc takes what it does not know for data of the file system")]
    public void Unknown_option_of_a_bind_mount_is_an_error()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"bind","source":"/etc","options":["bind","telepathic"]}""");
        container.Run().FailsWith("telepathic");
        NothingIsLeft();
    }

    [Fact]
    public void Unknown_option_is_refused_by_the_file_system()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"tmpfs","source":"tmpfs","options":["telepathic"]}""");
        container.Run().FailsWith("invalid argument");
        NothingIsLeft();
    }
}
