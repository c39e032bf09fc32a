using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// Containers of an ordinary user, without a daemon or a user namespace around them. /etc/passwd and the ranges of ids
/// are the test's, in a mount namespace of its own.
/// </summary>
[Trait("Lane", "Integration")]
public sealed class OrdinaryUserTests : ContainerTest
{
    private const int User = 4242;
    private const string Runc = "runc 1.1.5 has other words, and other rules for groups";

    // More than the own id: root is the user, all others are of a range.
    private const string Ranges = """[{"containerID":0,"hostID":4242,"size":1},{"containerID":1,"hostID":100000,"size":65535}]""";

    private readonly string _runtimeDirectory;
    private readonly string _executable;
    private readonly Bundle _bundle;

    public OrdinaryUserTests()
    {
        // The user may not search the directory of the executable that is tested.
        _executable = Path.Combine(Directory, "runtime");
        ExecutableFile.Copy(Runtime.UnderTest.Path, _executable);
        _runtimeDirectory = Path.Combine(Directory, "xdg");
        System.IO.Directory.CreateDirectory(_runtimeDirectory);
        Linux.Chmod(_runtimeDirectory, 0b111_000_000);
        Linux.Chown(_runtimeDirectory, User, User);
        _bundle = NewBundle();
        Linux.Chown(_bundle.Directory, User, User);
        Etc("passwd", "root:x:0:0:root:/root:/bin/sh\nordinary:x:4242:4242::/:/bin/sh\n");
        Etc("group", "root:x:0:\nordinary:x:4242:\n");
        Etc("subuid", "ordinary:100000:65536\n");
        Etc("subgid", "ordinary:100000:65536\n");
    }

    private string RecordDirectory => Path.Combine(_runtimeDirectory, Runtime.UnderTest.Name, Token);

    private void Etc(string name, string content) => File.WriteAllText(Path.Combine(Directory, name), content);

    private CommandResult Ordinarily(params string[] arguments) => Start(arguments).Finish();

    private Command Start(string[] arguments, string? terminal = null, string path = "/usr/bin:/bin") => Command.Start(
        "unshare",
        [
            "--mount", "--propagation", "private", "sh", "-c",
            """for name in passwd group subuid subgid; do mount --bind "$0/$name" /etc/$name || exit; done; exec "$@" """,
            Directory, "setpriv", "--reuid", $"{User}", "--regid", $"{User}", "--clear-groups",
            "env", "PATH=" + path, "XDG_RUNTIME_DIR=" + _runtimeDirectory, _executable, .. arguments,
        ],
        terminal: terminal,
        directory: _bundle.Directory);

    /// <summary>What <c>spec --rootless</c> writes, but for the program.</summary>
    private void WriteConfig(string script, string? mappings = null, string user = """{"uid":0,"gid":0}""", bool terminal = false)
    {
        Ordinarily("spec", "--rootless").Succeeds();
        JsonNode config = JsonNode.Parse(File.ReadAllText(_bundle.ConfigPath))!;
        config["process"]!["terminal"] = terminal;
        config["process"]!["args"] = new JsonArray("sh", "-c", script);
        config["process"]!["user"] = JsonNode.Parse(user);
        if (mappings is not null)
        {
            config["linux"]!["uidMappings"] = JsonNode.Parse(mappings);
            config["linux"]!["gidMappings"] = JsonNode.Parse(mappings);
        }

        File.WriteAllText(_bundle.ConfigPath, config.ToJsonString());
    }

    private static IEnumerable<string> Words(IEnumerable<string> lines) =>
        lines.Select(line => string.Join(' ', line.Split((char[]?)null, System.StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Runs_what_spec_writes()
    {
        WriteConfig("id -u; cat /proc/self/uid_map /proc/self/setgroups; hostname; touch /dev/shm/mine; stat -c %u /dev/shm/mine");
        Words(Ordinarily("run", Token).Succeeds().Lines).Should().Equal("0", "0 4242 1", "deny", Runtime.UnderTest.Name, "0");
    }

    [Fact]
    public void Creates_starts_executes_kills_and_deletes()
    {
        WriteConfig("exec sleep 1000");
        Ordinarily("create", Token).Succeeds();
        System.IO.Directory.Exists(RecordDirectory).Should().BeTrue("the state is below XDG_RUNTIME_DIR");
        Ordinarily("start", Token).Succeeds();
        JsonObject state = Ordinarily("state", Token).Succeeds().Json;
        ((string)state["status"]!).Should().Be("running");
        File.ReadAllLines($"/proc/{(int)state["pid"]!}/status").Should().Contain("Uid:\t4242\t4242\t4242\t4242");
        Ordinarily("exec", Token, "sh", "-c", "id -u; cat /proc/1/comm").Succeeds().Lines.Should().Equal("0", "sleep");
        Ordinarily("list", "--quiet").Succeeds().Lines.Should().Equal(Token);
        Ordinarily("kill", Token, "KILL").Succeeds();
        Wait.Until(() => (string)Ordinarily("state", Token).Succeeds().Json["status"]! == "stopped", "the container stopped");
        Ordinarily("delete", Token).Succeeds();
        System.IO.Directory.Exists(RecordDirectory).Should().BeFalse();
    }

    [Fact]
    public void Has_a_terminal()
    {
        using Terminal terminal = Terminal.Open();
        Linux.Chown(terminal.SlavePath, User, User);
        WriteConfig("tty; stat -c 'owned by %u' $(tty)", terminal: true);
        using Command run = Start(["run", Token], terminal.SlavePath);
        run.Finish().Succeeds();
        terminal.WaitFor("owned by 0");
        terminal.Output.Should().Contain("/dev/pts/0");
    }

    [OcirunFact(Runc)]
    public void Has_the_ids_of_its_ranges()
    {
        WriteConfig("id -u; id -g; id -G; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups", Ranges, """{"uid":1000,"gid":1000,"additionalGids":[5,6]}""");
        Words(Ordinarily("run", Token).Succeeds().Lines).Should()
            .Equal("1000", "1000", "1000 5 6", "0 4242 1", "1 100000 65535", "0 4242 1", "1 100000 65535", "allow");
    }

    [OcirunFact(Runc)]
    public void Executes_as_another_user_of_its_ranges()
    {
        WriteConfig("exec sleep 1000", Ranges);
        Ordinarily("run", "--detach", Token).Succeeds();
        CommandResult result = Ordinarily("exec", "--user", "7:8", "--additional-gids", "9", Token, "sh", "-c", "id -u; id -G");
        Ordinarily("delete", "--force", Token).Succeeds();
        result.Succeeds().Lines.Should().Equal("7", "8 9");
    }

    [OcirunFact(Runc)]
    public void Joins_namespaces_and_has_its_ranges()
    {
        // In two stages: the first process joins, and makes the user namespace that the program is to map.
        WriteConfig("cat /proc/self/uid_map", Ranges);
        JsonNode config = JsonNode.Parse(File.ReadAllText(_bundle.ConfigPath))!;
        config["linux"]!["timeOffsets"] = JsonNode.Parse("""{"boottime":{"secs":1}}""");
        config["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type":"time"}"""));
        File.WriteAllText(_bundle.ConfigPath, config.ToJsonString());
        Words(Ordinarily("run", Token).Succeeds().Lines).Should().Equal("0 4242 1", "1 100000 65535");
    }

    [OcirunFact(Runc)]
    public void Is_told_that_it_has_no_range()
    {
        Etc("subuid", "somebody:100000:65536\n");
        WriteConfig("true", Ranges);
        Ordinarily("run", Token).FailsWith("linux.uidMappings")
            .FailsWith("/etc/subuid has no range for ordinary: usermod --add-subuids 100000-165535 ordinary");
    }

    [OcirunFact(Runc)]
    public void Is_told_that_its_range_is_another()
    {
        Etc("subgid", "4242:200000:10\nordinary:100000:7\n");
        WriteConfig("true", Ranges);
        Ordinarily("run", Token).FailsWith("linux.gidMappings")
            .FailsWith("/etc/subgid gives ordinary 10 from 200000 and 7 from 100000: linux.gidMappings may have these and the own id");
    }

    [OcirunFact(Runc)]
    public void Is_told_that_a_program_is_missing()
    {
        string path = Path.Combine(Directory, "path");
        System.IO.Directory.CreateDirectory(path);
        WriteConfig("true", Ranges);
        using Command run = Start(["run", Token], path: path);
        run.Finish().FailsWith("newuidmap").FailsWith("executable file not found in $PATH").FailsWith("install the package uidmap");
    }

    [OcirunFact(Runc)]
    public void Is_told_that_a_program_has_no_privilege()
    {
        string path = Path.Combine(Directory, "path");
        System.IO.Directory.CreateDirectory(path);
        ExecutableFile.Copy("/usr/bin/newuidmap", path + "/newuidmap");
        WriteConfig("true", Ranges);
        using Command run = Start(["run", Token], path: path);
        run.Finish().FailsWith("newuidmap has to be setuid root");
    }

    [OcirunFact(Runc)]
    public void Is_told_that_groups_need_a_range()
    {
        WriteConfig("true", user: """{"uid":0,"gid":0,"additionalGids":[0]}""");
        Ordinarily("run", Token).FailsWith("process.user.additionalGids").FailsWith("/etc/subgid");
    }

    [OcirunTheory(Runc)]
    [InlineData("user", "sysctl -w user.max_user_namespaces=")]
    // Asked in the new user namespace, which has limits of its own.
    [InlineData("mnt", "unshare mount, uts: no space left on device; a limit of user.max_*_namespaces is reached")]
    public void Is_told_of_a_limit_on_namespaces(string kind, string error)
    {
        // The limit is one of each user namespace: here of one of the test's own.
        WriteConfig("true", """[{"containerID":0,"hostID":0,"size":1}]""");
        Command.Run(
            "unshare", "--user", "--map-root-user", "sh", "-c", $"echo 0 >/proc/sys/user/max_{kind}_namespaces && exec \"$@\"", "sh",
            _executable, "--root", Path.Combine(Directory, "inner"), "run", "--bundle", _bundle.Directory, Token)
            .FailsWith(error);
    }
}
