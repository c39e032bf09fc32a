using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, "Linux Process": scheduler, ioPriority, execCPUAffinity.</summary>
[Trait("Lane", "Integration")]
public sealed class SchedulingTests : ContainerTest
{
    private const string RuncHasIt = "since runc 1.2 or later";

    /// <summary>Nice value, real-time priority and policy, proc_pid_stat(5).</summary>
    private const string ShowScheduler = "cut -d' ' -f19,40,41 /proc/self/stat";

    [OcirunTheory(RuncHasIt)]
    [InlineData("""{"policy":"SCHED_OTHER","nice":5}""", "5 0 0")]
    [InlineData("""{"policy":"SCHED_OTHER","nice":-5}""", "-5 0 0")]
    [InlineData("""{"policy":"SCHED_BATCH"}""", "0 0 3")]
    [InlineData("""{"policy":"SCHED_IDLE","flags":[]}""", "0 0 5")]
    [InlineData("""{"policy":"SCHED_BATCH","nice":9,"flags":["SCHED_FLAG_KEEP_POLICY"]}""", "9 0 0")]
    public void Scheduler_is_the_configs(string scheduler, string shown) =>
        RunScript(ShowScheduler, $$"""{"process":{"scheduler":{{scheduler}} } }""").Stdout.Should().Be(shown + "\n");

    [OcirunFact(RuncHasIt)]
    public void A_nice_value_of_the_host_is_not_kept_where_the_config_has_a_scheduler()
    {
        Container container = NewContainer("""{"process":{"scheduler":{"policy":"SCHED_OTHER"}}}""");
        container.Bundle.Script(ShowScheduler);
        container.Bundle.Write();
        Command.Run("nice", ["-n", "3", .. container.Words()])
            .Succeeds().Stdout.Should().Be("0 0 0\n");
    }

    [OcirunTheory(RuncHasIt)]
    [InlineData(false)]
    [InlineData(true)]
    public void Real_time_policy_has_a_priority(bool userNamespace)
    {
        string budget = """{"resources":{"cpu":{"realtimeRuntime":10000,"realtimePeriod":1000000}}}""";
        Container container = NewContainer($$"""{"process":{"scheduler":{"policy":"SCHED_FIFO","priority":20} },"linux":{{budget}} }""");
        if (userNamespace)
            container.Bundle.WithUserNamespace();
        container.RunScript("cut -d' ' -f40,41 /proc/self/stat").Stdout.Should().Be("20 1\n");
    }

    [OcirunFact(RuncHasIt)]
    public void Children_are_ordinary_again_with_reset_on_fork() =>
        RunScript("cut -d' ' -f19,41 /proc/self/stat; true", """{"process":{"scheduler":{"policy":"SCHED_OTHER","nice":-7,"flags":["SCHED_FLAG_RESET_ON_FORK"]}}}""")
            .Stdout.Should().Be("0 0\n");

    [OcirunFact(RuncHasIt)]
    public void Deadline_task_has_its_budget()
    {
        Container container = NewContainer("""
            {"process":{"scheduler":{"policy":"SCHED_DEADLINE","runtime":1000000,"deadline":10000000,"period":20000000,"flags":["SCHED_FLAG_RESET_ON_FORK"]}}}
            """);
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        File.ReadAllText($"/proc/{container.Pid}/stat").Split(' ')[40].Should().Be("6");
    }

    [OcirunFact(RuncHasIt)]
    public void Policy_that_the_kernel_lacks_is_an_error()
    {
        CommandResult result = NewContainer("""{"process":{"scheduler":{"policy":"SCHED_ISO"}}}""").Run();
        result.ExitCode.Should().Be(1);
        result.Stderr.Should().Contain("set process.scheduler to SCHED_ISO: sched_setattr: invalid argument; Linux has a number");
        NothingIsLeft();
    }

    [OcirunTheory(RuncHasIt)]
    [InlineData("IOPRIO_CLASS_RT", 0, "realtime: prio 0")]
    [InlineData("IOPRIO_CLASS_BE", 7, "best-effort: prio 7")]
    [InlineData("IOPRIO_CLASS_IDLE", 4, "idle")]
    public void IO_priority_is_the_configs(string name, int level, string shown)
    {
        string patch = $$$"""{"process":{"ioPriority":{"class":"{{{name}}}","priority":{{{level}}} } } }""";
        RunScript("ionice", patch).Stdout.Should().Be(shown + "\n");
        NewContainer(patch, NewBundle("userns").WithUserNamespace()).RunScript("ionice").Stdout.Should().Be(shown + "\n");
    }

    [OcirunFact(RuncHasIt)]
    public void Exec_has_the_containers_scheduling_or_its_own()
    {
        Container container = Running("""{"process":{"scheduler":{"policy":"SCHED_BATCH","nice":4},"ioPriority":{"class":"IOPRIO_CLASS_BE","priority":6}}}""");
        const string script = ShowScheduler + "; ionice";
        container.Command("exec", container.Id, "sh", "-c", script).Succeeds().Lines.Should().Equal("4 0 3", "best-effort: prio 6");
        Exec(container, script, """ "scheduler":{"policy":"SCHED_OTHER","nice":2}""").Lines.Should().Equal("2 0 0", "best-effort: prio 6");
        Exec(container, script, """ "ioPriority":{"class":"IOPRIO_CLASS_IDLE","priority":1}""").Lines.Should().Equal("4 0 3", "idle");
    }

    [OcirunFact(RuncHasIt)]
    public void CPU_affinity_is_for_exec()
    {
        string last = LastCpu();
        Container container = Running($$$"""{"process":{"execCPUAffinity":{"initial":"0","final":"{{{last}}}"} } }""");
        const string script = "grep Cpus_allowed_list /proc/self/status | cut -f2";
        string init = File.ReadAllLines($"/proc/{container.Pid}/status").First(line => line.StartsWith("Cpus_allowed_list"));
        init.Split('\t')[1].Should().Be(Command.Run("sh", "-c", script).Succeeds().Stdout.Trim());

        container.Command("exec", container.Id, "sh", "-c", script).Succeeds().Stdout.Trim().Should().Be(last);
        Exec(container, script, """ "execCPUAffinity":{"initial":"0"}""").Stdout.Trim().Should().Be("0");
        Exec(container, script, $$""" "execCPUAffinity":{"initial":"{{last}}","final":"0"}""").Stdout.Trim().Should().Be("0");
        Exec(container, script, $$""" "execCPUAffinity":{"final":"0-{{last}},4095"}""").Stdout.Trim().Should().Be(last == "0" ? "0" : $"0-{last}");
    }

    [OcirunFact(RuncHasIt)]
    public void The_runtimes_own_CPU_affinity_is_not_the_containers()
    {
        const string script = "grep Cpus_allowed_list /proc/self/status | cut -f2";
        string all = LastCpu() is "0" ? "0" : $"0-{LastCpu()}";
        Container container = NewContainer();
        container.Bundle.Script($"{script}; exec sleep 1000");
        container.Bundle.Write();
        string[] words = [container.Runtime.Path, "--root", Root];
        Command.Run("taskset", ["-c", "0", .. words, "create", "--bundle", container.Bundle.Directory, container.Id]).Succeeds();
        File.ReadAllLines($"/proc/{container.Pid}/status").Should().Contain("Cpus_allowed_list:\t" + all);
        container.Start().Succeeds();
        Command.Run("taskset", ["-c", "0", .. words, "exec", container.Id, "sh", "-c", script]).Succeeds().Stdout.Trim().Should().Be(all);
    }

    [OcirunFact(RuncHasIt)]
    public void CPUs_that_are_not_there_are_an_error()
    {
        Container container = Running("{}");
        CommandResult result = container.Command("exec", "--process", ProcessFile(container, "true", """ "execCPUAffinity":{"final":"4095"}"""), container.Id);
        result.ExitCode.Should().Be(255);
        result.Stderr.Should().Contain("set process.execCPUAffinity.final to 4095: sched_setaffinity: invalid argument; none of these CPUs");
    }

    private static string LastCpu() =>
        Command.Run("sh", "-c", "grep Cpus_allowed_list /proc/self/status | sed 's/.*[-,\t]//'").Succeeds().Stdout.Trim();

    private Container Running(string patch)
    {
        Container container = NewContainer(patch);
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        return container;
    }

    private static CommandResult Exec(Container container, string script, string property) =>
        container.Command("exec", "--process", ProcessFile(container, script, property), container.Id).Succeeds();

    private static string ProcessFile(Container container, string script, string property)
    {
        string file = Path.Combine(container.Bundle.Directory, "process.json");
        File.WriteAllText(file, $$"""{"cwd":"/","env":["PATH=/bin"],"args":["sh","-c","{{script}}"],"user":{"uid":0,"gid":0},{{property}}}""");
        return file;
    }
}
