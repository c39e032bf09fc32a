using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, POSIX-platform hooks, and runtime.md, lifecycle.</summary>
[Trait("Lane", "Integration")]
public sealed class HooksTests : ContainerTest
{
    private static readonly string[] Names = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    private string Log => Directory + "/log";

    // startContainer's hook is looked up and runs in the container, so the log and a shell have to be there too.
    private Container WithHooks(params string[] hooks)
    {
        Container container = NewContainer();
        container.Bundle.Append("mounts", $$"""{"destination":"{{Directory}}","source":"{{Directory}}","options":["rbind"]}""").Args("true");
        foreach (string hook in hooks)
            AddHook(container, hook, $"echo {hook} >>{Log}");
        return container;
    }

    private static void AddHook(Container container, string hook, string script, string more = "")
    {
        string args = new JsonArray("sh", "-c", script).ToJsonString();
        container.Bundle.Append($"hooks.{hook}", $$"""{"path":"/bin/sh","args":{{args}}{{more}}}""");
    }

    private string[] Logged() => File.Exists(Log) ? File.ReadAllLines(Log) : [];

    [OcirunFact("runc 1.1.5 runs poststart hooks while it creates")]
    public void All_hooks_run_at_their_command_in_the_specs_order()
    {
        Container container = WithHooks(Names);
        container.Create().Succeeds();
        Logged().Should().Equal("prestart", "createRuntime", "createContainer");
        container.Start().Succeeds();
        Logged().Should().Equal("prestart", "createRuntime", "createContainer", "startContainer", "poststart");
        container.WaitUntilStopped();
        container.Delete().Succeeds();
        Logged().Should().Equal(Names);
    }

    [OcirunFact("runc 1.1.5 runs poststart hooks while it creates")]
    public void All_hooks_run_around_run()
    {
        Container container = WithHooks(Names);
        container.Run().Succeeds();
        Logged().Should().Equal(Names);
    }

    [Fact]
    public void Hooks_of_one_kind_run_in_the_configs_order()
    {
        Container container = WithHooks();
        foreach (string name in new[] { "first", "second", "third" })
            AddHook(container, "createRuntime", $"echo {name} >>{Log}");
        container.Run().Succeeds();
        Logged().Should().Equal("first", "second", "third");
    }

    [Theory]
    [InlineData("prestart", true)]
    [InlineData("createRuntime", true)]
    [InlineData("createContainer", false)]
    [InlineData("startContainer", false)]
    [InlineData("poststart", true)]
    [InlineData("poststop", true)]
    public void Hook_runs_in_its_namespace(string hook, bool ofRuntime)
    {
        string[] kinds = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
        string script = $"for kind in {string.Join(' ', kinds)}; do readlink /proc/self/ns/$kind; done";
        Container container = WithHooks();
        container.Bundle.WithUserNamespace().WithNamespace("cgroup").Script(script);
        File.WriteAllText(Log, "");
        Linux.Chmod(Log, 0b110_110_110);
        AddHook(container, hook, $"({script}) >{Log}");
        string[] ofContainer = container.Run().Succeeds().Lines;
        string[] ofHost = [.. kinds.Select(kind => Linux.Namespace(kind))];
        ofContainer.Should().HaveSameCount(kinds).And.NotIntersectWith(ofHost);
        Logged().Should().Equal(ofRuntime ? ofHost : ofContainer);
    }

    [Theory]
    [InlineData("prestart", true)]
    [InlineData("createRuntime", true)]
    [InlineData("createContainer", true)]
    [InlineData("startContainer", false)]
    [InlineData("poststart", true)]
    [InlineData("poststop", true)]
    public void Path_of_a_hook_is_one_of_the_host_or_the_container(string hook, bool host)
    {
        // Each root has a program at a path that the other does not have.
        Container container = NewContainer();
        string log = Directory + "/log", program = host ? Directory + "/program" : "/of-the-container/program";
        System.IO.Directory.CreateDirectory(log);
        container.Bundle.Append("mounts", $$"""{"destination":"/log","source":"{{log}}","options":["bind"]}""").Args("true");
        container.Bundle.Append($"hooks.{hook}", $$"""{"path":"{{program}}"}""");
        if (host)
        {
            ExecutableFile.Write(program, $"#!/bin/sh\necho ran >{log}/ran\n");
        }
        else
        {
            container.Bundle.File(program, "#!/bin/sh\necho ran >/log/ran\n", 0b111_101_101);
        }

        container.Run().Succeeds();
        File.ReadAllText(log + "/ran").Should().Be("ran\n");
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    public void Hook_of_the_runtime_finds_the_container_made_and_its_root_not_changed_yet(string hook)
    {
        Container container = WithHooks();
        string script = $"""
            pid=$(sed 's/.*"pid": *\([0-9]*\).*/\1/' | head -n 1)
            for kind in ipc mnt net pid uts; do [ "$(readlink /proc/$pid/ns/$kind)" != "$(readlink /proc/self/ns/$kind)" ] && echo new $kind; done
            grep -c " {container.Bundle.Rootfs}/proc proc " /proc/$pid/mounts
            test -e /proc/$pid/root{container.Bundle.ConfigPath} && echo the root of the host
            """;
        AddHook(container, hook, $"({script}) >{Log}");
        container.Create().Succeeds();
        Logged().Should().Equal("new ipc", "new mnt", "new net", "new pid", "new uts", "1", "the root of the host");
    }

    [Fact]
    public void CreateContainer_hook_sees_the_hosts_root_and_startContainer_hook_the_containers()
    {
        Container container = WithHooks();
        AddHook(container, "createContainer", $"test -e /etc/debian_version && echo host >>{Log}; grep -c ' {container.Bundle.Rootfs}/proc proc ' /proc/self/mounts >>{Log}");
        AddHook(container, "startContainer", $"test -e /etc/debian_version || echo container >>{Log}");
        container.Run().Succeeds();
        Logged().Should().Equal("host", "1", "container");
    }

    [OcirunFact("runc 1.1.5 runs poststart hooks while it creates")]
    public void Poststart_hook_finds_the_program_executed()
    {
        Container container = WithHooks();
        AddHook(container, "poststart", $"pid=$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/' | head -n 1); tr '\\0' ' ' </proc/$pid/cmdline >{Log}");
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        Logged().Should().Equal("sleep 1000 ");
    }

    [Fact]
    public void Poststop_hook_finds_the_container_gone()
    {
        Container container = WithHooks();
        container.Bundle.Args("sleep", "1000");
        string cgroups = Directory + "/cgroups";
        AddHook(container, "poststop", $"""
            exec >{Log}
            {container.Runtime.Path} --root {Root} state {container.Id} 2>/dev/null || echo no state
            while read cgroup; do [ -e $cgroup ] && echo $cgroup; done <{cgroups}
            echo end
            """);
        container.Create().Succeeds();
        container.CgroupDirectories().Should().NotBeEmpty();
        File.WriteAllLines(cgroups, container.CgroupDirectories());
        container.Delete("--force").Succeeds();
        Logged().Should().Equal("no state", "end");
    }

    [OcirunFact("runc 1.1.5 runs poststart hooks while it creates")]
    public void Hooks_are_those_of_the_config_as_it_was_at_create()
    {
        Container container = WithHooks("startContainer", "poststart", "poststop");
        container.Create().Succeeds();
        container.Bundle.Config["hooks"] = new JsonObject();
        container.Bundle.Write();
        container.Start().Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
        Logged().Should().Equal("startContainer", "poststart", "poststop");
    }

    [Fact]
    public void CreateRuntime_hook_finds_the_containers_network_namespace_by_the_states_pid()
    {
        Container container = WithHooks();
        AddHook(container, "createRuntime", $"pid=$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/' | head -n 1); readlink /proc/$pid/ns/net >{Log}");
        container.Run().Succeeds();
        Logged().Single().Should().StartWith("net:[").And.NotBe(Linux.Namespace("net"));
    }

    [OcirunTheory("runc 1.1.5 gives \"creating\" or \"created\" in place of created or running")]
    [InlineData("prestart", "created")]
    [InlineData("createRuntime", "creating")]
    [InlineData("createContainer", "creating")]
    [InlineData("startContainer", "created")]
    [InlineData("poststart", "running")]
    [InlineData("poststop", "stopped")]
    public void Status_in_the_hooks_state(string hook, string status) =>
        StateOf(hook)["status"]!.GetValue<string>().Should().Be(status);

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    [InlineData("poststop")]
    public void State_on_stdin(string hook)
    {
        JsonObject state = StateOf(hook);
        ((string)state["ociVersion"]!).Should().MatchRegex(@"^1\.\d+\.\d+");
        ((string)state["id"]!).Should().StartWith(Token);
        ((string)state["bundle"]!).Should().StartWith(Directory);
        state["annotations"]!.ToJsonString().Should().Be("""{"org.example.key":"value"}""");
        // As it is seen from where the hook runs (runtime.md, State).
        if (hook is "createContainer" or "startContainer")
            ((int)state["pid"]!).Should().Be(1);
        else if (hook != "poststop")
            ((int)state["pid"]!).Should().BeGreaterThan(1);
    }

    private JsonObject StateOf(string hook)
    {
        Container container = WithHooks();
        container.Bundle.Patch("""{"annotations":{"org.example.key":"value"}}""");
        AddHook(container, hook, $"cat >{Log}");
        container.Run().Succeeds();
        return JsonNode.Parse(File.ReadAllText(Log))!.AsObject();
    }

    [Fact]
    public void Args_and_env_are_exactly_the_hooks()
    {
        Container container = WithHooks();
        container.Environment["OF_THE_RUNTIME"] = "not for hooks";
        container.Bundle.Append("hooks.createRuntime", $$"""{"path":"/bin/sh","args":["name of its own","-c","echo $0 $1; tr '\\0' '\\n' </proc/$$/environ | sort >{{Log}}; head -c 15 /proc/$$/cmdline >>{{Log}}","zero","one"],"env":["A=1","B=two words"]}""");
        container.Run().Succeeds();
        Logged().Should().Equal("A=1", "B=two words", "name of its own");
    }

    [OcirunFact("runc 1.1.5 leaks its own into createContainer hooks")]
    public void Hook_has_no_descriptor_but_stdio()
    {
        Container container = WithHooks();
        AddHook(container, "createRuntime", $"ls /proc/self/fd >{Log}");
        AddHook(container, "createContainer", $"ls /proc/self/fd >>{Log}");
        container.Run().Succeeds();
        Logged().Should().Equal("0", "1", "2", "3", "0", "1", "2", "3");
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public void Failing_hook_of_create_undoes_everything(string hook)
    {
        Container container = WithHooks("poststop");
        AddHook(container, hook, "echo because >&2; exit 3");
        AddHook(container, hook, $"echo never >>{Log}");
        container.Create().FailsWith("hook");
        NothingIsLeft();
        Logged().Should().NotContain("never");
    }

    [OcirunTheory("runc 1.1.5 does not run them")]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public void Failing_hook_of_create_is_followed_by_poststop(string hook)
    {
        Container container = WithHooks("poststop");
        AddHook(container, hook, "exit 3");
        container.Create().FailsWith(hook);
        Logged().Should().Equal("poststop");
        NothingIsLeft();
    }

    [Fact]
    public void Failing_startContainer_hook_keeps_the_process_from_running()
    {
        Container container = WithHooks();
        AddHook(container, "startContainer", "exit 3");
        container.Bundle.Args("touch", Directory + "/started");
        container.Create().Succeeds();
        int pid = container.Pid;
        container.Start();
        Wait.Until(() => !Linux.IsAlive(pid), "the container's process has ended");
        File.Exists(Directory + "/started").Should().BeFalse();
    }

    [OcirunTheory("runc 1.1.5 neither reports a failing startContainer hook nor destroys the container")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void Failing_hook_of_start_is_an_error_and_destroys_the_container(string hook)
    {
        // Spec 1.3.0, lifecycle 7 and 9: an error, the container is stopped, then destroyed, then poststop.
        Container container = WithHooks("poststop");
        AddHook(container, hook, "exit 3");
        AddHook(container, hook, $"echo never >>{Log}");
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().FailsWith(hook);
        Logged().Should().Equal("poststop");
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 leaves the others out")]
    public void Failing_poststop_hook_is_a_warning_and_the_others_run()
    {
        Container container = WithHooks();
        AddHook(container, "poststop", "exit 3");
        AddHook(container, "poststop", $"echo second >>{Log}");
        container.Create().Succeeds();
        container.Delete("--force").Succeeds().Stderr.Should().Contain("poststop").And.Contain("warn");
        Logged().Should().Equal("second");
        NothingIsLeft();
    }

    [Fact]
    public void Hook_that_exceeds_its_timeout_is_ended_and_fails()
    {
        Container container = WithHooks();
        AddHook(container, "createRuntime", "exec sleep 1000", ",\"timeout\":1");
        container.Create().ExitsWith(1);
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 runs poststart hooks while it creates")]
    public void Container_can_be_deleted_while_a_poststart_hook_runs()
    {
        Container container = WithHooks();
        string hold = Directory + "/hold";
        File.WriteAllText(hold, "");
        AddHook(container, "poststart", $"echo begun >>{Log}; while [ -e {hold} ]; do sleep 0.05; done");
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        using Command start = container.StartCommand("start", [container.Id]);
        Wait.Until(() => File.Exists(Log), "the hook runs");
        container.Command("pause", container.Id).Succeeds();
        container.Delete("--force").Succeeds();
        start.HasExited.Should().BeFalse();
        File.Delete(hold);
        start.Finish().Succeeds();
        NothingIsLeft();
    }

    [Fact]
    public void Hook_within_its_timeout_succeeds()
    {
        Container container = WithHooks();
        AddHook(container, "createRuntime", $"echo done >{Log}", ",\"timeout\":60");
        container.Run().Succeeds();
        Logged().Should().Equal("done");
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    [InlineData("poststop")]
    public void Hook_that_does_not_read_its_stdin_does_no_harm(string hook)
    {
        // More state than a pipe holds, to a hook that closes its end at once: EPIPE, and a SIGPIPE that must not stay
        // pending, because it would end the init that waits for start, or the program itself.
        Container container = WithHooks();
        container.Bundle.Config["annotations"] = new JsonObject { ["big"] = new string('x', 200_000) };
        AddHook(container, hook, "exec <&-; exit 0");
        container.Bundle.Script($"grep -E '^(SigPnd|ShdPnd)' /proc/self/status >{Log}");
        container.Create().Succeeds();
        container.Status.Should().Be("created");
        container.Start().Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
        Logged().Should().OnlyContain(line => line.EndsWith("\t0000000000000000")).And.HaveCount(2);
    }

    [Fact]
    public void Hook_that_ends_by_a_signal_fails()
    {
        Container container = WithHooks();
        AddHook(container, "createRuntime", "kill -9 $$");
        container.Create().ExitsWith(1);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("exit 200", "exit status 200")]
    [InlineData("kill -9 $$", "signal: ")]
    public void How_a_hook_failed_is_told(string script, string text)
    {
        Container container = WithHooks();
        AddHook(container, "createRuntime", script);
        container.Create().FailsWith(text);
        NothingIsLeft();
    }

    [Fact]
    public void Missing_hook_fails_and_is_named()
    {
        Container container = NewContainer("""{"hooks":{"createRuntime":[{"path":"/no/such/hook"}]}}""");
        container.Create().FailsWith("/no/such/hook");
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 looks it up in PATH")]
    public void Relative_hook_is_refused()
    {
        // Spec: path is REQUIRED with similar semantics as IEEE execv's, and MUST be absolute.
        Container container = NewContainer("""{"hooks":{"createRuntime":[{"path":"true"}]}}""");
        container.Create().FailsWith("hooks.createRuntime[0].path");
        NothingIsLeft();
    }

    [Fact]
    public void Hook_that_prints_without_end_has_no_more_time_than_others()
    {
        Container container = WithHooks();
        AddHook(container, "createRuntime", "exec yes", ",\"timeout\":1");
        container.Create().FailsWith("timeout of 1.0s");
        NothingIsLeft();
    }

    [OcirunFact("runc 1.1.5 leaves the creator to its hook")]
    public void Delete_by_force_ends_a_hook_of_create_that_never_ends()
    {
        Container container = WithHooks();
        AddHook(container, "createRuntime", $"echo >{Log}; exec sleep 1000");
        container.Bundle.Write();
        using Command create = container.StartCommand("create", ["--bundle", container.Bundle.Directory, container.Id]);
        Wait.Until(() => File.Exists(Log), "the hook runs");
        container.Delete("--force").Succeeds();
        create.Finish().FailsWith("the container was killed meanwhile");
        NothingIsLeft();
    }
}
