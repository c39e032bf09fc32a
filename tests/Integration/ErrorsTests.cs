using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>Inputs that cannot work: each gets a message that names the cause, exit status 1, and leaves nothing.</summary>
[Trait("Lane", "Integration")]
public sealed class ErrorsTests : ContainerTest
{
    private CommandResult CreateWith(string config)
    {
        Container container = NewContainer();
        File.WriteAllText(container.Bundle.ConfigPath, config);
        return container.Command("create", "--bundle", container.Bundle.Directory, container.Id);
    }

    private void Fails(Container container, string text)
    {
        container.Create().FailsWith(text);
        NothingIsLeft();
        container.Run().FailsWith(text);
        NothingIsLeft();
    }

    private void FailsWithPatch(string patch, string text) => Fails(NewContainer(patch), text);

    [Fact]
    public void No_config()
    {
        Container container = NewContainer();
        container.Command("create", "--bundle", container.Bundle.Directory, container.Id).FailsWith("JSON specification file config.json not found");
        NothingIsLeft();
    }

    [Fact]
    public void No_bundle()
    {
        Container container = NewContainer();
        container.Command("create", "--bundle", Directory + "/nowhere", container.Id).FailsWith("no such file or directory");
        NothingIsLeft();
    }

    [OcirunTheory("runc gives no line and column")]
    [InlineData("", "empty")]
    [InlineData("{", "line 1, column")]
    [InlineData("{\n  \"ociVersion\": nonsense\n}", "line 2, column 1")]
    [InlineData("{\"ociVersion\":\"1.0.2\"} trailing", "line 1, column 2")]
    [InlineData("[]", "line 1, column 1")]
    [InlineData("null", "line 1, column 1")]
    public void Invalid_json_is_located(string config, string location)
    {
        CreateWith(config).FailsWith(location).FailsWith("config.json");
        NothingIsLeft();
    }

    [OcirunTheory("runc gives no line and column")]
    [InlineData("""{"process":{"args":"sh"}}""", "process.args")]
    [InlineData("""{"process":{"user":{"uid":"root"}}}""", "process.user.uid")]
    [InlineData("""{"process":{"user":{"uid":-1}}}""", "process.user.uid")]
    [InlineData("""{"process":{"user":{"uid":1.5}}}""", "process.user.uid")]
    [InlineData("""{"process":{"terminal":"yes"}}""", "process.terminal")]
    [InlineData("""{"mounts":{}}""", "mounts")]
    [InlineData("""{"linux":{"resources":{"memory":{"limit":"1G"}}}}""", "linux.resources.memory.limit")]
    public void Wrong_type_is_named_and_located(string patch, string path)
    {
        Container container = NewContainer(patch);
        container.Create().FailsWith(path).Stderr.Should().MatchRegex(@"line \d+, column \d+");
        NothingIsLeft();
    }

    [OcirunTheory("runc finds these later, or not at all")]
    [InlineData("""{"process":{"args":[]}}""", "process.args is empty")]
    [InlineData("""{"process":{"args":null}}""", "process.args")]
    [InlineData("""{"process":{"cwd":"relative"}}""", "process.cwd")]
    [InlineData("""{"process":{"cwd":null}}""", "process.cwd")]
    [InlineData("""{"process":{"rlimits":[{"type":"RLIMIT_CORE","soft":0,"hard":0},{"type":"RLIMIT_CORE","soft":1,"hard":1}]}}""", "process.rlimits[1]")]
    [InlineData("""{"process":{"rlimits":[{"type":"RLIMIT_NONSENSE","soft":0,"hard":0}]}}""", "RLIMIT_NONSENSE")]
    [InlineData("""{"process":{"env":["A\u0000B=1"]}}""", "process.env[0]")]
    [InlineData("""{"process":{"args":["a\u0000b"]}}""", "process.args[0]")]
    [InlineData("""{"mounts":[{"destination":"","type":"tmpfs","source":"tmpfs"}]}""", "mounts[0].destination")]
    [InlineData("""{"linux":{"namespaces":[{"type":"pid"},{"type":"mount"},{"type":"pid"}]}}""", "linux.namespaces[2]: duplicate \\\"pid\\\"")]
    [InlineData("""{"linux":{"namespaces":[{"type":"quantum"}]}}""", "quantum")]
    [InlineData("""{"linux":{"rootfsPropagation":"sideways"}}""", "sideways")]
    [InlineData("""{"ociVersion":null}""", "ociVersion")]
    [InlineData("""{"ociVersion":"2.0.0"}""", "2.0.0")]
    [InlineData("""{"ociVersion":"one"}""", "ociVersion")]
    [InlineData("""{"root":null}""", "root")]
    [InlineData("""{"root":{"path":null}}""", "root.path")]
    public void Violation_of_the_specification_is_named(string patch, string text)
    {
        Container container = NewContainer(patch);
        container.Create().FailsWith(text);
        NothingIsLeft();
    }

    [OcirunFact("runc reports the first")]
    public void All_violations_are_reported_at_once() =>
        NewContainer("""{"process":{"args":[],"cwd":"relative"},"mounts":[{"destination":"","type":"tmpfs","source":"tmpfs"}]}""")
            .Create().FailsWith("process.args").FailsWith("process.cwd").FailsWith("mounts[0].destination");

    [OcirunTheory("runc acts on these, or drops them")]
    [InlineData("""{"freebsd":{}}""", "freebsd is not supported")]
    [InlineData("""{"solaris":{}}""", "solaris is not supported")]
    [InlineData("""{"vm":{"kernel":{"path":"/k"}}}""", "vm is not supported")]
    [InlineData("""{"windows":{"layerFolders":["x"]}}""", "windows is not supported")]
    [InlineData("""{"zos":{}}""", "zos is not supported")]
    [InlineData("""{"process":{"commandLine":"sleep 1"}}""", "process.commandLine is not supported")]
    [InlineData("""{"process":{"user":{"username":"me"}}}""", "process.user.username is not supported")]
    public void Known_property_that_is_not_acted_on_is_an_error(string patch, string text)
    {
        Container container = NewContainer(patch);
        container.Create().FailsWith(text);
        NothingIsLeft();
    }

    [Fact]
    public void Unknown_property_is_ignored() =>
        RunScript("echo ok", """{"org.example.extension":{"a":1},"process":{"unknown":true},"linux":{"resources":{"unknown":[1]}}}""").Stdout.Should().Be("ok\n");

    [Theory]
    [InlineData("1.0.0")]
    [InlineData("1.0.2-dev")]
    [InlineData("1.1.0")]
    public void Supported_version(string version) =>
        RunScript("echo ok", $$"""{"ociVersion":"{{version}}"}""").Stdout.Should().Be("ok\n");

    [OcirunTheory("runc 1.1.5 is older than these")]
    [InlineData("1.2.0")]
    [InlineData("1.3.0")]
    [InlineData("1.3.1-rc.1+dev")]
    public void Newer_supported_version(string version) =>
        RunScript("echo ok", $$"""{"ociVersion":"{{version}}"}""").Stdout.Should().Be("ok\n");

    [OcirunFact("runc has other ways for old kernels")]
    public void A_kernel_before_5_12()
    {
        Container container = NewContainer();
        container.Bundle.Args("true").Write();
        Command.Run("strace", "-o", "/dev/null", "-e", "inject=mount_setattr:error=ENOSYS", container.Runtime.Path, "--root", Root, "create", "--bundle", container.Bundle.Directory, container.Id)
            .FailsWith("make a container: mount_setattr: function not implemented; ocirun needs Linux 5.12 or newer");
        NothingIsLeft();
    }

    [Fact]
    public void Missing_rootfs() => FailsWithPatch("""{"root":{"path":"nowhere"}}""", "no such file or directory");

    [OcirunFact("runc does not say what is wrong with it")]
    public void Rootfs_that_is_a_file()
    {
        Container container = NewContainer("""{"root":{"path":"file"}}""");
        File.WriteAllText(container.Bundle.Directory + "/file", "");
        Fails(container, "not a directory");
    }

    [Fact]
    public void Missing_executable() =>
        FailsWithPatch("""{"process":{"args":["/nope"]}}""", "exec: \\\"/nope\\\": stat /nope: no such file or directory");

    [Fact]
    public void Missing_executable_in_path() =>
        FailsWithPatch("""{"process":{"args":["nope"]}}""", "exec: \\\"nope\\\": executable file not found in $PATH");

    [Fact]
    public void File_that_is_not_executable() =>
        FailsWithPatch("""{"process":{"args":["/etc/passwd"]}}""", "exec: \\\"/etc/passwd\\\": permission denied");

    [Fact]
    public void Directory_as_executable()
    {
        Container container = NewContainer("""{"process":{"args":["/etc"]}}""");
        container.Create().ExitsWith(1).Stderr.Should().MatchRegex("is a directory|permission denied");
        NothingIsLeft();
    }

    [Fact]
    public void Executable_of_another_architecture()
    {
        Container container = NewContainer("""{"process":{"args":["/bin/foreign"]}}""");
        container.Bundle.File("/bin/foreign", "\u007fELF\u0002\u0001\u0001 of a machine that was never built", 0b111_101_101);
        container.Run().FailsWith("exec format error");
        NothingIsLeft();
    }

    [Fact]
    public void Missing_interpreter()
    {
        Container container = NewContainer("""{"process":{"args":["/bin/script"]}}""");
        container.Bundle.File("/bin/script", "#!/no/such/interpreter\n", 0b111_101_101);
        container.Run().FailsWith("no such file or directory");
        NothingIsLeft();
    }

    [Fact]
    public void Cwd_that_is_a_file() => FailsWithPatch("""{"process":{"cwd":"/etc/passwd"}}""", "not a directory");

    [Fact]
    public void Cwd_that_cannot_be_made() => FailsWithPatch("""{"process":{"cwd":"/etc/passwd/below"},"root":{"readonly":false}}""", "not a directory");

    [Fact]
    public void Missing_mount_source()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"bind","source":"/no/such/source","options":["bind"]}""");
        container.Create().FailsWith("/no/such/source").FailsWith("no such file or directory");
        NothingIsLeft();
    }

    [OcirunFact("runc does not name the type")]
    public void Unknown_file_system()
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"nosuchfs","source":"none"}""");
        container.Create().FailsWith("nosuchfs").FailsWith("no such device");
        NothingIsLeft();
    }

    [Fact]
    public void Id_in_use()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Create().FailsWith("container with given ID already exists");
        container.Run().FailsWith("container with given ID already exists");
        container.Status.Should().Be("created");
    }

    [Fact]
    public void Failure_late_in_create_undoes_mounts_cgroups_and_processes()
    {
        // The last mount fails, after everything else was made.
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("pid");
        container.Bundle.Append("mounts", """{"destination":"/mnt","type":"bind","source":"/no/such/source","options":["bind"]}""");
        container.Create().ExitsWith(1);
        NothingIsLeft();
        container.CgroupDirectories().Should().BeEmpty();
    }

    [OcirunTheory("runc 1.1.5 loses the errno")]
    [InlineData("size=4096,mode=700", "write the container's state in ")]
    [InlineData("ro", "read-only file system")]
    public void Root_that_cannot_be_written(string options, string text)
    {
        // A page for one file, and the filler has it.
        Container container = NewContainer();
        container.Bundle.Args("true").Write();
        string small = Directory + "/small";
        System.IO.Directory.CreateDirectory(small);
        string script = $"mount -t tmpfs -o {options} small {small}; head -c 4096 /dev/zero >{small}/filler 2>/dev/null; \"$@\"; status=$?; ls -A {small} | grep -v filler; exit $status";
        CommandResult result = Command.Run(
            "unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh",
            container.Runtime.Path, "--root", small, "create", "--bundle", container.Bundle.Directory, container.Id);
        result.FailsWith(text).Stdout.Should().BeEmpty();
        NothingIsLeft();
    }

    [OcirunFact("runc reads it all")]
    public void Config_of_50_megabytes()
    {
        Container container = NewContainer();
        container.Bundle.Config["annotations"] = new JsonObject { ["big"] = new string('x', 50_000_000) };
        container.Create().FailsWith("config.json");
        NothingIsLeft();
    }

    [OcirunTheory("runc reads it all")]
    [InlineData("mounts", "[", """{"destination":""}""", "]", "mounts[49]")]
    [InlineData("process.env", "[", "\"A\"", "]", "process.env[49]")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"action":"SCMP_ACT_ERRNO","names":[""", "\"a\"", "]}]}", "there are more warnings")]
    [InlineData("mounts", """[{"destination":"/a","type":"tmpfs","options":[""", "\"a\"", "]}]", "out of memory: ")]
    public void Config_of_four_megabytes_of_nothing_but_mistakes(string path, string before, string item, string after, string text)
    {
        Container container = NewContainer("""{"process":{"args":["/none"]}}""");
        JsonObject parent = container.Bundle.Config;
        foreach (string name in path.Split('.')[..^1])
            parent = parent[name]!.AsObject();
        parent[path.Split('.')[^1]] = "@";
        string items = string.Join(',', Enumerable.Repeat(item, 4_100_000 / (item.Length + 1)));
        CommandResult result = CreateWith(container.Bundle.Config.ToJsonString().Replace("\"@\"", before + items + after, StringComparison.Ordinal));
        result.FailsWith(text).Stderr.Length.Should().BeLessThan(10_000);
        NothingIsLeft();
    }

    [Fact]
    public void Config_that_is_nested_ten_thousand_deep()
    {
        string nested = string.Concat(Enumerable.Repeat("[", 10_001)) + string.Concat(Enumerable.Repeat("]", 10_001));
        CreateWith($"{{\"ociVersion\":\"1.0.2\",\"process\":{nested}}}").ExitsWith(1).Stderr.Length.Should().BeLessThan(2000);
        CreateWith($"{{\"ociVersion\":\"1.0.2\",\"unknown\":{nested}}}").ExitsWith(1).Stderr.Length.Should().BeLessThan(2000);
        NothingIsLeft();
    }

    [Fact]
    public void Unmapped_user_in_a_user_namespace()
    {
        Container container = NewContainer("""{"process":{"user":{"uid":70000,"gid":70000}}}""");
        container.Bundle.WithUserNamespace();
        container.Create().FailsWith("user");
        NothingIsLeft();
    }

    [Fact]
    public void A_working_directory_that_is_gone()
    {
        CommandResult result = Command.Shell($"mkdir {Directory}/gone; cd {Directory}/gone; rmdir ../gone; exec \"$@\"", Runtime.UnderTest.Path, "--root", "relative", "list");
        result.FailsWith("getcwd: no such file or directory").Stderr.Should().NotContain("internal error");
    }

    [OcirunFact("runc leaves it to the reader")]
    public void Few_descriptors_have_a_remedy() =>
        Command.Shell("ulimit -n 3; exec \"$@\"", Runtime.UnderTest.Path, "--root", Directory, "list").FailsWith("too many open files; raise the limit of open files (ulimit -n)");

    [OcirunFact("runc 1.1.5 wants the directory removed by hand")]
    public void A_damaged_record_goes_by_force()
    {
        Container container = NewContainer();
        container.Bundle.Args("true");
        container.Run("--keep").Succeeds();
        string record = $"{Root}/{container.Id}/state.json";
        string whole = File.ReadAllText(record);
        File.WriteAllText(record, whole[..(whole.Length / 2)]);
        container.Command("list").Succeeds().Stderr.Should().Contain($"load container {container.Id}: ");
        System.IO.Directory.CreateDirectory($"{Root}/no-container");
        container.Command("list", "--quiet").Succeeds().Lines.Should().Equal(container.Id);
        container.Delete().FailsWith("state.json is damaged: invalid JSON in line 1, byte ");
        container.Delete("--force").Succeeds().Stderr.Should().Contain("is damaged");
        System.IO.Directory.Exists($"{Root}/{container.Id}").Should().BeFalse();
        foreach (string cgroup in container.CgroupDirectories())
            System.IO.Directory.Delete(cgroup);
    }
}
