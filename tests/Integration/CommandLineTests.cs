using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>What the program says of itself, the global flags, and <c>spec</c>.</summary>
[Trait("Lane", "Integration")]
public sealed class CommandLineTests : ContainerTest
{
    [Theory]
    [InlineData("--version")]
    [InlineData("-v")]
    public void Version_flag(string flag)
    {
        string[] lines = Ocirun(flag).Succeeds().Lines;
        lines[0].Should().MatchRegex($@"^{Runtime.UnderTest.Name} version \d+\.\d+\.\d+");
        lines.Count(line => line.StartsWith("commit: ", StringComparison.Ordinal)).Should().Be(1);
        lines.Should().ContainMatch("spec: 1.*");
    }

    [OcirunFact("runc has no such command")]
    public void Version_command() => Ocirun("version").Succeeds().Stdout.Should().Be(Ocirun("--version").Stdout);

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public void Help_names_every_command(string argument)
    {
        string help = Ocirun(argument).Succeeds().Stdout;
        foreach (string command in new[] { "create", "delete", "features", "kill", "list", "run", "spec", "start", "state", "help" })
            help.Should().MatchRegex($@"\n\s+{command}\b");
        foreach (string flag in new[] { "--debug", "--log ", "--log-format", "--root", "--systemd-cgroup", "--rootless", "--help", "--version" })
            help.Should().Contain(flag);
    }

    [Theory]
    [InlineData("create", "--bundle", "--console-socket", "--pidfd-socket", "--pid-file", "--no-pivot", "--no-new-keyring", "--preserve-fds")]
    [InlineData("run", "--bundle", "--console-socket", "--pid-file", "--no-pivot", "--no-new-keyring", "--preserve-fds", "--detach", "--keep", "--no-subreaper")]
    [InlineData("delete", "--force")]
    [InlineData("list", "--format", "--quiet")]
    [InlineData("spec", "--bundle", "--rootless")]
    [InlineData("start")]
    [InlineData("state")]
    [InlineData("kill")]
    [InlineData("features")]
    public void Help_of_a_command_names_its_flags(string command, params string[] flags)
    {
        string help = Ocirun("help", command).Succeeds().Stdout;
        Ocirun(command, "--help").Succeeds().Stdout.Should().Be(help);
        foreach (string flag in flags.Where(flag => Runtime.IsOcirun || flag != "--pidfd-socket"))
            help.Should().Contain(flag);
    }

    [Fact]
    public void Unknown_command_exits_with_3() =>
        Ocirun("nonsense").FailsWith("No help topic for 'nonsense'", code: 3);

    [Theory]
    [InlineData("create", "--nonsense", "id")]
    [InlineData("--nonsense", "list")]
    [InlineData("state")]
    [InlineData("state", "one", "two")]
    [InlineData("start")]
    [InlineData("create")]
    [InlineData("kill")]
    [InlineData("delete")]
    public void Wrong_flags_and_counts_exit_with_1_and_the_usage(params string[] arguments)
    {
        CommandResult result = Ocirun(arguments).ExitsWith(1);
        (result.Stdout + result.Stderr).Should().Contain("USAGE").And.Contain("ncorrect Usage");
    }

    [Theory]
    [InlineData("run", "--pid-file")]
    [InlineData("--root")]
    public void Flag_without_its_value(params string[] arguments)
    {
        CommandResult result = Ocirun(arguments).ExitsWith(1);
        (result.Stdout + result.Stderr).Should().MatchRegex("flag needs an argument|requires an argument");
    }

    [Theory]
    [InlineData("a/b", "invalid container ID format")]
    [InlineData("..", "invalid container ID format")]
    [InlineData("", "container id cannot be empty")]
    [InlineData("with space", "invalid container ID format")]
    [InlineData("ünï", "invalid container ID format")]
    [InlineData("a256", "file name too long")]
    public void Invalid_id(string id, string message)
    {
        Container container = NewContainer();
        container.Bundle.Write();
        if (id == "a256")
            id = new string('a', 256);
        container.Command("create", "--bundle", container.Bundle.Directory, id).FailsWith(message);
        container.Command("run", "--bundle", container.Bundle.Directory, id).FailsWith(message);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("state")]
    [InlineData("start")]
    [InlineData("kill")]
    [InlineData("delete")]
    public void Unknown_id(string command) =>
        Ocirun(command, Token).FailsWith("container does not exist");

    [Fact]
    public void Unknown_signal()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Kill("NOSUCH").FailsWith("unknown signal \\\"NOSUCH\\\"");
    }

    [Fact]
    public void Root_may_follow_an_equals_sign_and_flags_one_dash()
    {
        Container container = NewContainer();
        container.Bundle.Args("echo", "ok").Write();
        Command.Run(Runtime.UnderTest.Path, $"-root={Root}", "--debug=false", "run", "-bundle", container.Bundle.Directory, container.Id)
            .Succeeds().Stdout.Should().Be("ok\n");
    }

    [Fact]
    public void Log_text_goes_to_its_file_and_the_message_to_stderr_too()
    {
        string log = Directory + "/log";
        CommandResult result = Ocirun("--log", log, "state", Token).ExitsWith(1);
        File.ReadAllText(log).Should().MatchRegex("^time=\"20[^\"]*\" level=error msg=\"container does not exist\"\n$");
        result.Stderr.Should().Be("container does not exist\n");
    }

    [Fact]
    public void Log_json_is_one_object_on_a_line()
    {
        string log = Directory + "/log";
        Ocirun("--log", log, "--log-format", "json", "state", Token).ExitsWith(1);
        Ocirun("--log", log, "--log-format", "json", "state", Token).ExitsWith(1);
        string[] lines = File.ReadAllLines(log);
        lines.Should().HaveCount(2);
        foreach (string line in lines)
        {
            JsonObject entry = JsonNode.Parse(line)!.AsObject();
            entry.Select(member => member.Key).Should().Equal("level", "msg", "time");
            ((string)entry["level"]!).Should().Be("error");
            ((string)entry["msg"]!).Should().Be("container does not exist");
            ((string)entry["time"]!).Should().MatchRegex(@"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$");
        }
    }

    [Fact]
    public void Log_of_a_failed_create_is_exactly_one_line()
    {
        // podman reads the whole file as one object.
        string log = Directory + "/log";
        Container container = NewContainer();
        container.Bundle.Args("/no/such/program").Write();
        Ocirun("--log", log, "--log-format", "json", "create", "--bundle", container.Bundle.Directory, container.Id).ExitsWith(1);
        JsonNode.Parse(File.ReadAllText(log))!["msg"]!.GetValue<string>().Should().Contain("no such file or directory");
    }

    [Fact]
    public void A_log_that_cannot_be_written_is_said() =>
        Ocirun("--log", "/dev/full", "state", Token).FailsWith("no space left on device").Stderr.Should().Contain("container does not exist");

    [Fact]
    public void Unknown_log_format_is_refused() =>
        Ocirun("--log-format", "xml", "list").ExitsWith(1).Stderr.Should().Contain("xml");

    [Fact]
    public void Spec_writes_a_config_that_runs()
    {
        string bundle = NewBundle("fresh").Directory;
        Ocirun("spec", "--bundle", bundle).Succeeds().Stdout.Should().BeEmpty();
        JsonObject config = JsonNode.Parse(File.ReadAllText(bundle + "/config.json"))!.AsObject();
        ((bool)config["process"]!["terminal"]!).Should().BeTrue();
        ((string)config["process"]!["args"]![0]!).Should().Be("sh");
        config["process"]!["terminal"] = false;
        config["process"]!["args"] = new JsonArray("echo", "ok");
        File.WriteAllText(bundle + "/config.json", config.ToJsonString());
        Ocirun("run", "--bundle", bundle, Token).Succeeds().Stdout.Should().Be("ok\n");
    }

    [Fact]
    public void Spec_is_what_runc_writes()
    {
        string ours = Directory + "/ours", theirs = Directory + "/theirs";
        System.IO.Directory.CreateDirectory(ours);
        System.IO.Directory.CreateDirectory(theirs);
        Ocirun("spec", "-b", ours).Succeeds();
        Command.Run(Runtime.Runc.Path, "spec", "-b", theirs).Succeeds();
        JsonObject our = JsonNode.Parse(File.ReadAllText(ours + "/config.json"))!.AsObject();
        JsonObject their = JsonNode.Parse(File.ReadAllText(theirs + "/config.json"))!.AsObject();
        our.Remove("ociVersion");
        their.Remove("ociVersion");
        // Newer releases of runc raise no ambient capabilities either.
        their["process"]!["capabilities"]!.AsObject().Remove("ambient");
        our["hostname"] = their["hostname"]!.DeepClone();
        our.ToJsonString().Should().Be(their.ToJsonString());
    }

    [Fact]
    public void Spec_does_not_overwrite()
    {
        string bundle = NewBundle("fresh").Directory;
        Ocirun("spec", "--bundle", bundle).Succeeds();
        File.WriteAllText(bundle + "/config.json", "mine");
        Ocirun("spec", "--bundle", bundle).FailsWith("config.json");
        File.ReadAllText(bundle + "/config.json").Should().Be("mine");
    }

    [Fact]
    public void Spec_rootless_has_a_user_namespace_and_no_network()
    {
        string bundle = NewBundle("fresh").Directory;
        Ocirun("spec", "--rootless", "--bundle", bundle).Succeeds();
        JsonNode config = JsonNode.Parse(File.ReadAllText(bundle + "/config.json"))!;
        string[] types = config["linux"]!["namespaces"]!.AsArray().Select(item => (string)item!["type"]!).ToArray();
        types.Should().Contain("user").And.NotContain("network");
        config["linux"]!["uidMappings"]!.AsArray().Should().ContainSingle();
    }

    [Fact]
    public void Features_is_complete()
    {
        JsonObject features = Ocirun("features").Succeeds().Json;
        ((string)features["ociVersionMin"]!).Should().Be("1.0.0");
        features["hooks"]!.AsArray().Select(item => (string)item!).Should().Equal("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop");
        string[] options = features["mountOptions"]!.AsArray().Select(item => (string)item!).ToArray();
        options.Should().Contain(["ro", "rro", "bind", "rbind", "tmpcopyup", "noexec"]).And.BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
        JsonNode linux = features["linux"]!;
        linux["namespaces"]!.AsArray().Select(item => (string)item!).Should().Contain(["cgroup", "ipc", "mount", "network", "pid", "user", "uts"]);
        linux["capabilities"]!.AsArray().Should().HaveCount(41);
        linux["cgroup"]!["v1"]!.GetValue<bool>().Should().BeTrue();
        linux["cgroup"]!["v2"]!.GetValue<bool>().Should().BeTrue();
        linux["seccomp"]!.AsObject().Should().ContainKey("enabled");
        linux["apparmor"]!.AsObject().Should().ContainKey("enabled");
        linux["selinux"]!.AsObject().Should().ContainKey("enabled");
    }

    [OcirunFact("runc 1.1.5 is older than these")]
    public void Features_of_newer_specifications()
    {
        JsonObject features = Ocirun("features").Succeeds().Json;
        ((string)features["ociVersionMax"]!).Should().StartWith("1.3");
        features["linux"]!["namespaces"]!.AsArray().Select(item => (string)item!).Should().Contain("time");
        features["linux"]!["mountExtensions"]!["idmap"]!.AsObject().Should().ContainKey("enabled");
        features["linux"]!["intelRdt"]!.AsObject().Should().ContainKey("enabled");
        features["potentiallyUnsafeConfigAnnotations"].Should().NotBeNull();
    }
}
