using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>runtime.md: create, state, start, kill, delete, driven by hand.</summary>
[Trait("Lane", "Integration")]
public sealed class LifecycleTests : ContainerTest
{
    private Container Sleeping()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        return container;
    }

    [Fact]
    public void Driven_by_hand_it_gives_what_runc_gives()
    {
        IReadOnlyList<string> ours = DriveByHand(NewContainer(runtime: Runtime.UnderTest));
        IReadOnlyList<string> theirs = DriveByHand(NewContainer(runtime: Runtime.Runc));
        ours.Should().Equal(theirs);
    }

    // Exit status, stdout and stderr of every command; what must differ from container to container is made alike.
    private List<string> DriveByHand(Container container)
    {
        var seen = new List<string>();
        int pid = 0;
        container.Bundle.Args("sleep", "1000").Patch("""{"annotations":{"org.example.key":"value"}}""");
        See("state before create", container.Command("state", container.Id));
        See("create", container.Create());
        pid = container.Pid;
        See("state created", container.Command("state", container.Id));
        See("list created", Ocirun(container, "list"));
        See("create again", container.Create());
        See("start", container.Start());
        See("start again", container.Start());
        See("state running", container.Command("state", container.Id));
        See("list running", Ocirun(container, "list", "--format", "json"));
        See("list quiet", Ocirun(container, "list", "-q"));
        See("delete running", container.Delete());
        See("kill with an unknown signal", container.Kill("NOSUCH"));
        See("kill", container.Kill("KILL"));
        container.WaitUntilStopped();
        See("state stopped", container.Command("state", container.Id));
        See("list stopped", Ocirun(container, "list"));
        See("kill stopped", container.Kill("KILL"));
        See("kill --all stopped", container.Command("kill", "--all", container.Id, "KILL"));
        See("start stopped", container.Start());
        See("delete", container.Delete());
        See("delete again", container.Delete());
        See("delete --force again", container.Delete("--force"));
        See("state after delete", container.Command("state", container.Id));
        See("list after delete", Ocirun(container, "list", "-f", "json"));
        return seen;

        void See(string what, CommandResult result)
        {
            string text = $"{what}: {result.ExitCode}\n{result.Stdout}\n{result.Stderr}";
            text = text.Replace(container.Id, "ID").Replace(container.Bundle.Directory, "BUNDLE").Replace(container.Runtime.Name, "RUNTIME");
            text = Regex.Replace(text, @"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME");
            text = Regex.Replace(text, "(\"ociVersion\": ?)\"[^\"]*\"", "$1VERSION");
            text = Regex.Replace(text, $@"\b{pid}\b", "PID");
            // Columns are as wide as their longest entry.
            text = Regex.Replace(text, " {2,}(?=[A-Z0-9a-z/])(?<!\\n +)", "  ");
            seen.Add(text);
        }
    }

    private CommandResult Ocirun(Container container, params string[] arguments) =>
        Command.Run(container.Runtime.Path, ["--root", Root, .. arguments]);

    [Fact]
    public void Create_does_not_run_the_process_and_start_does()
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Script("echo ran >/ran; exec sleep 1000");
        string ran = container.Bundle.Rootfs + "/ran";
        container.Create().Succeeds();
        container.Status.Should().Be("created");
        File.Exists(ran).Should().BeFalse();
        container.Start().Succeeds();
        Wait.Until(() => File.Exists(ran), "the process ran");
        container.Status.Should().Be("running");
    }

    [OcirunFact("runc waits in another program than the one that made the container")]
    public void Init_that_waits_has_let_the_programs_code_go()
    {
        Container container = Sleeping();
        container.Create().Succeeds();
        int pid = container.Pid;
        Wait.Until(() => ResidentCode(pid) is var (resident, all) && resident * 4 < all, "a quarter of the code is in memory at most");
        container.Start().Succeeds();
    }

    /// <summary>Kilobytes of the mappings that can be executed and come from a file (proc_pid_smaps(5)).</summary>
    private static (int Resident, int All) ResidentCode(int pid)
    {
        (int resident, int all) = (0, 0);
        bool code = false;
        foreach (string line in File.ReadLines($"/proc/{pid}/smaps"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!fields[0].EndsWith(':'))
                code = fields[1] == "r-xp" && fields[4] != "0";
            else if (code && fields[0] == "Size:")
                all += int.Parse(fields[1], CultureInfo.InvariantCulture);
            else if (code && fields[0] == "Rss:")
                resident += int.Parse(fields[1], CultureInfo.InvariantCulture);
        }

        return (resident, all);
    }

    [Fact]
    public void State_has_runcs_fields_and_layout()
    {
        Container container = Sleeping();
        container.Create().Succeeds();
        CommandResult result = container.Command("state", container.Id).Succeeds();
        result.Stdout.Should().StartWith("{\n  \"ociVersion\": \"").And.EndWith("\n}");
        JsonObject state = result.Json;
        state.Select(member => member.Key).Should().Equal("ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "owner");
        ((string)state["id"]!).Should().Be(container.Id);
        ((string)state["bundle"]!).Should().Be(container.Bundle.Directory);
        ((string)state["rootfs"]!).Should().Be(container.Bundle.Rootfs);
        string created = (string)state["created"]!;
        created.Should().EndWith("Z");
        DateTime.Parse(created, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)
            .Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(5));
        Linux.IsAlive((int)state["pid"]!).Should().BeTrue();
    }

    [Fact]
    public void State_has_the_annotations()
    {
        Container container = Sleeping();
        container.Bundle.Patch("""{"annotations":{"b":"2","a":"with \"quotes\" and ünï"}}""");
        container.Create().Succeeds();
        JsonObject annotations = container.State()["annotations"]!.AsObject();
        ((string)annotations["a"]!).Should().Be("with \"quotes\" and ünï");
        ((string)annotations["b"]!).Should().Be("2");
    }

    [Fact]
    public void State_of_a_zombie_is_stopped()
    {
        // The parent of this one never waits, so the container's process stays a zombie.
        Container container = NewContainer();
        container.Bundle.Args("true").Write();
        using Command parent = Command.Start("sh", ["-c", "\"$@\"; exec sleep 1000", "sh", .. container.Words("create")]);
        Wait.Until(() => System.IO.Directory.Exists(Path.Combine(Root, container.Id)) && container.Command("state", container.Id).ExitCode == 0, "created");
        Wait.Until(() => container.Status == "created", "created");
        container.Start().Succeeds();
        container.WaitUntilStopped();
        ((int)container.State()["pid"]!).Should().Be(0);
        container.Delete().Succeeds();
    }

    [Fact]
    public void State_of_an_init_that_cannot_answer_is_told_as_often_as_it_is_asked_for()
    {
        // It is asked whether it waits for start by a connection, which a process that is stopped does not take.
        Container container = NewContainer();
        container.Bundle.Args("true");
        container.Create().Succeeds();
        container.Kill("STOP").Succeeds();
        for (int i = 0; i < 20; i++)
            container.Status.Should().Be("created");
        container.Kill("CONT").Succeeds();
        container.Start().Succeeds();
        container.WaitUntilStopped();
    }

    [OcirunFact("runc 1.1.5 says that there is no such container")]
    public void State_of_what_has_no_record_yet_tells_a_creation_that_goes_on_from_one_that_was_cut_short()
    {
        Container container = NewContainer();
        string directory = Path.Combine(Root, container.Id);
        System.IO.Directory.CreateDirectory(directory);
        string[] state = [container.Runtime.Path, "--root", Root, "state", container.Id];
        Command.Run("flock", [directory, .. state]).FailsWith($"container {container.Id} is being created");
        Command.Run(state[0], state[1..]).FailsWith($"container {container.Id} was never completely created; delete it with --force");
    }

    [Fact]
    public void Start_returns_while_the_process_runs_and_its_exit_is_seen()
    {
        Container container = NewContainer();
        container.Bundle.Args("true");
        container.Create().Succeeds();
        container.Start().Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
        NothingIsLeft();
    }

    [Theory]
    [InlineData("KILL", 9)]
    [InlineData("SIGKILL", 9)]
    [InlineData("9", 9)]
    [InlineData("USR1", 10)]
    [InlineData("SIGUSR2", 12)]
    [InlineData("usr1", 10)]
    [InlineData("HUP", 1)]
    [InlineData("15", 15)]
    public void Kill_sends_the_signal_that_is_named(string name, int number)
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Script("for s in 1 10 12 15; do trap \"echo $s >/got; exit\" $s; done; echo >/ready; while :; do sleep 0.01; done");
        container.Create().Succeeds();
        container.Start().Succeeds();
        Wait.Until(() => File.Exists(container.Bundle.Rootfs + "/ready"), "the traps are set");
        container.Kill(name).Succeeds();
        container.WaitUntilStopped();
        if (number != 9)
            File.ReadAllText(container.Bundle.Rootfs + "/got").Trim().Should().Be(number.ToString());
    }

    [Fact]
    public void Kill_sends_sigterm_by_default()
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Script("trap 'echo term >/got; exit' TERM; echo >/ready; while :; do sleep 0.01; done");
        container.Create().Succeeds();
        container.Start().Succeeds();
        Wait.Until(() => File.Exists(container.Bundle.Rootfs + "/ready"), "the trap is set");
        container.Kill().Succeeds();
        container.WaitUntilStopped();
        File.ReadAllText(container.Bundle.Rootfs + "/got").Should().Be("term\n");
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public void Kill_all_reaches_every_process(string signal)
    {
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("pid").Script("sleep 1000 & sleep 1001 & wait");
        container.Create().Succeeds();
        container.Start().Succeeds();
        string procs = container.CgroupDirectory("pids") + "/cgroup.procs";
        Wait.Until(() => File.ReadAllLines(procs).Length == 3, "three processes run");
        container.Command("kill", "--all", container.Id, signal).Succeeds();
        Wait.Until(() => File.ReadAllLines(procs).Length == 0, "no process runs");
        container.Delete().Succeeds();
    }

    [Fact]
    public void Kill_of_a_created_container()
    {
        Container container = Sleeping();
        container.Create().Succeeds();
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Delete().Succeeds();
    }

    [Fact]
    public void Flags_may_follow_the_id_of_kill_and_delete()
    {
        Container container = Sleeping();
        container.Create().Succeeds();
        container.Command("kill", container.Id, "KILL", "--all").Succeeds();
        container.Command("delete", container.Id, "--force").Succeeds();
        NothingIsLeft();
    }

    [OcirunFact("runc deletes a container that is only created")]
    public void Delete_of_a_created_container_is_refused_without_force()
    {
        Container container = Sleeping();
        container.Create().Succeeds();
        container.Delete().FailsWith("cannot delete container");
        container.Status.Should().Be("created");
        container.Delete("--force").Succeeds();
    }

    [Fact]
    public void Delete_of_a_running_container_is_refused_without_force()
    {
        Container container = Sleeping();
        container.Create().Succeeds();
        container.Start().Succeeds();
        container.Delete().FailsWith("that is not stopped: running");
        container.Status.Should().Be("running");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Delete_by_force_ends_and_removes_everything(bool started)
    {
        Container container = Sleeping();
        container.Create().Succeeds();
        if (started)
            container.Start().Succeeds();
        int pid = container.Pid;
        container.Delete("-f").Succeeds();
        Linux.IsAlive(pid).Should().BeFalse();
        NothingIsLeft();
    }

    [Fact]
    public void Delete_by_force_of_no_container_succeeds() =>
        Sleeping().Delete("--force").Succeeds();

    [Fact]
    public void List_has_every_container_and_its_columns()
    {
        Container first = Sleeping(), second = Sleeping();
        first.Create().Succeeds();
        second.Create().Succeeds();
        second.Start().Succeeds();
        string[] lines = first.Command("list").Succeeds().Lines;
        lines[0].Should().MatchRegex("^ID +PID +STATUS +BUNDLE +CREATED +OWNER$");
        lines.Should().HaveCount(3);
        lines.Should().ContainMatch($"{first.Id} *{first.Pid} *created *{first.Bundle.Directory} *root")
            .And.ContainMatch($"{second.Id} *{second.Pid} *running *{second.Bundle.Directory} *root");
        first.Command("list", "--quiet").Succeeds().Lines.Should().BeEquivalentTo(first.Id, second.Id);
        JsonNode.Parse(first.Command("list", "-f", "json").Stdout)!.AsArray().Select(item => (string)item!["id"]!).Should().BeEquivalentTo(first.Id, second.Id);
    }

    [Fact]
    public void List_of_nothing()
    {
        Ocirun("list").Succeeds().Stdout.Should().StartWith("ID");
        Ocirun("list", "--quiet").Succeeds().Stdout.Should().BeEmpty();
    }

    [OcirunFact("runc 1.1.5 makes the root it is given")]
    public void List_of_a_root_that_does_not_exist_is_null_and_makes_none()
    {
        Ocirun("list", "--format", "json").Succeeds().Stdout.Trim().Should().Be("null");
        System.IO.Directory.Exists(Root).Should().BeFalse();
    }

    [Fact]
    public void Later_changes_of_the_config_do_not_matter()
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Script("echo first >/out");
        container.Create().Succeeds();
        container.Bundle.Script("echo second >/out").Write();
        container.Start().Succeeds();
        container.WaitUntilStopped();
        File.ReadAllText(container.Bundle.Rootfs + "/out").Should().Be("first\n");
    }

    [Fact]
    public void Bundle_may_be_gone_when_the_container_is_deleted()
    {
        Container container = Sleeping();
        container.Create().Succeeds();
        File.Delete(container.Bundle.ConfigPath);
        container.State();
        container.Start().Succeeds();
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [Fact]
    public void A_paused_container_is_deleted_by_force()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        container.Command("pause", container.Id).Succeeds();
        container.Status.Should().Be("paused");
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }
}
