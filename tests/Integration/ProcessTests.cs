using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, process: what is executed, and as whom.</summary>
[Trait("Lane", "Integration")]
public sealed class ProcessTests : ContainerTest
{
    [Fact]
    public void Args_are_what_is_executed()
    {
        Container container = NewContainer();
        container.Bundle.Args("echo", "one two", "", "$HOME", "ünï");
        container.Run().Succeeds().Stdout.Should().Be("one two  $HOME ünï\n");
    }

    [Fact]
    public void Args_0_is_looked_up_in_the_containers_path()
    {
        Container container = NewContainer("""{"process":{"env":["PATH=/opt/tools:/bin"],"args":["hello"]}}""");
        container.Bundle.File("/opt/tools/hello", "#!/bin/sh\necho from tools\n", 0b111_101_101);
        container.Run().Succeeds().Stdout.Should().Be("from tools\n");
    }

    [Fact]
    public void Args_0_with_a_slash_is_relative_to_cwd()
    {
        Container container = NewContainer("""{"process":{"cwd":"/opt","args":["./hello"]}}""");
        container.Bundle.File("/opt/hello", "#!/bin/sh\necho from cwd\n", 0b111_101_101);
        container.Run().Succeeds().Stdout.Should().Be("from cwd\n");
    }

    [Fact]
    public void Env_is_exactly_the_configs_and_a_home()
    {
        Container container = NewContainer("""{"process":{"env":["PATH=/bin","A=1","B=two words","EMPTY="],"args":["/bin/env"]}}""");
        container.Environment["NOT_FOR_THE_CONTAINER"] = "secret";
        container.Run().Succeeds().Lines.Should().BeEquivalentTo("PATH=/bin", "A=1", "B=two words", "EMPTY=", "HOME=/root");
    }

    [Fact]
    public void Env_keeps_the_configs_home() =>
        NewContainer("""{"process":{"env":["PATH=/bin","HOME=/elsewhere"]}}""").RunScript("echo $HOME").Stdout.Should().Be("/elsewhere\n");

    [Fact]
    public void Home_is_the_users_in_the_containers_passwd() =>
        RunScript("echo $HOME", """{"process":{"user":{"uid":1000,"gid":1000}}}""").Stdout.Should().Be("/home/user\n");

    [Fact]
    public void Home_is_not_looked_up_in_the_working_directory()
    {
        Container container = NewContainer("""{"process":{"cwd":"/work","user":{"uid":1000,"gid":1000}}}""");
        container.Bundle.File("/work/etc/passwd", "user:x:1000:1000::/chosen:/bin/sh\n");
        container.RunScript("echo $HOME").Stdout.Should().Be("/home/user\n");
    }

    [Fact]
    public void Cwd_is_where_the_process_starts() =>
        RunScript("pwd", """{"process":{"cwd":"/tmp"}}""").Stdout.Should().Be("/tmp\n");

    [Fact]
    public void Cwd_is_created_when_it_is_missing() =>
        RunScript("pwd; ls -ld /new | cut -c1-10", """{"process":{"cwd":"/new/deep"},"root":{"readonly":false}}""")
            .Lines.Should().Equal("/new/deep", "drwxr-xr-x");

    [Fact]
    public void Cwd_is_entered_when_only_the_user_may()
    {
        Container container = NewContainer("""{"process":{"cwd":"/mine","user":{"uid":1000,"gid":1000}}}""");
        container.Bundle.File("/mine/file", "content");
        Linux.Chown(container.Bundle.Rootfs + "/mine", 1000, 1000);
        Linux.Chmod(container.Bundle.Rootfs + "/mine", 0b111_000_000);
        container.RunScript("pwd; ls").Lines.Should().Equal("/mine", "file");
    }

    [Fact]
    public void User_has_uid_gid_and_additional_gids() =>
        RunScript("id -u; id -g; grep Groups /proc/self/status", """{"process":{"user":{"uid":1000,"gid":1001,"additionalGids":[5,2000]}}}""")
            .Lines.Select(line => line.TrimEnd()).Should().Equal("1000", "1001", "Groups:\t5 2000");

    [Fact]
    public void Groups_are_empty_without_additional_gids() =>
        RunScript("grep Groups /proc/self/status").Stdout.TrimEnd().Should().Be("Groups:");

    [Fact]
    public void Real_effective_saved_and_file_system_ids_are_all_the_users() =>
        RunScript("grep -E '^(Uid|Gid)' /proc/self/status", """{"process":{"user":{"uid":1000,"gid":1001}}}""")
            .Lines.Should().Equal("Uid:\t1000\t1000\t1000\t1000", "Gid:\t1001\t1001\t1001\t1001");

    [Fact]
    public void Umask_is_the_configs() =>
        RunScript("umask", """{"process":{"user":{"uid":0,"gid":0,"umask":63}}}""").Stdout.Should().Be("0077\n");

    [Fact]
    public void Umask_is_0022_by_default() => RunScript("umask").Stdout.Should().Be("0022\n");

    [Fact]
    public void Stdio_belongs_to_the_user()
    {
        // Otherwise a program that reopens /dev/stderr, as nginx does, is refused.
        Container container = NewContainer("""{"process":{"user":{"uid":1000,"gid":1000}}}""");
        container.RunScript("echo out >/dev/stdout; echo err >/dev/stderr").Stdout.Should().Be("out\n");
    }

    [Fact]
    public void No_new_privileges() =>
        RunScript("grep NoNewPrivs /proc/self/status").Stdout.Should().Be("NoNewPrivs:\t1\n");

    [Fact]
    public void New_privileges_when_the_config_lets_them() =>
        RunScript("grep NoNewPrivs /proc/self/status", """{"process":{"noNewPrivileges":false}}""").Stdout.Should().Be("NoNewPrivs:\t0\n");

    [Fact]
    public void Oom_score_adj() =>
        RunScript("cat /proc/self/oom_score_adj", """{"process":{"oomScoreAdj":321}}""").Stdout.Should().Be("321\n");

    [Fact]
    public void Rlimits_have_soft_and_hard_values()
    {
        CommandResult result = RunScript(
            "cat /proc/self/limits",
            """{"process":{"rlimits":[{"type":"RLIMIT_NOFILE","soft":512,"hard":600},{"type":"RLIMIT_CORE","soft":0,"hard":0},{"type":"RLIMIT_STACK","soft":4194304,"hard":4194304}]}}""");
        result.Lines.Should().ContainMatch("Max open files*512*600*files*")
            .And.ContainMatch("Max core file size*0*0*bytes*")
            .And.ContainMatch("Max stack size*4194304*4194304*bytes*");
    }

    [Fact]
    public void Each_limit_is_that_of_its_resource()
    {
        // The type, and the line of proc_pid_limits(5). No hard limit is raised, which would need privilege, and none is too low for cat.
        (string Type, string Shown)[] limits =
        [
            ("RLIMIT_CPU", "Max cpu time 1001 2001"), ("RLIMIT_FSIZE", "Max file size 1000002 2000002"), ("RLIMIT_DATA", "Max data size 100000003 200000003"),
            ("RLIMIT_STACK", "Max stack size 1000004 2000004"), ("RLIMIT_CORE", "Max core file size 1005 2005"), ("RLIMIT_RSS", "Max resident set 1006 2006"),
            ("RLIMIT_NPROC", "Max processes 1007 2007"), ("RLIMIT_NOFILE", "Max open files 108 208"), ("RLIMIT_MEMLOCK", "Max locked memory 1009 2009"),
            ("RLIMIT_AS", "Max address space 100000010 200000010"), ("RLIMIT_LOCKS", "Max file locks 1011 2011"), ("RLIMIT_SIGPENDING", "Max pending signals 112 212"),
            ("RLIMIT_MSGQUEUE", "Max msgqueue size 1013 2013"), ("RLIMIT_NICE", "Max nice priority 0 0"), ("RLIMIT_RTPRIO", "Max realtime priority 0 0"),
            ("RLIMIT_RTTIME", "Max realtime timeout 1016 2016"),
        ];
        Container container = NewContainer("""{"process":{"rlimits":null}}""");
        foreach ((string type, string shown) in limits)
            container.Bundle.Append("process.rlimits", $$"""{"type":"{{type}}","soft":{{shown.Split(' ')[^2]}},"hard":{{shown.Split(' ')[^1]}}}""");
        container.RunScript("exec cat /proc/self/limits").Lines.Skip(1).Select(line => Regex.Replace(line, " +", " ").Trim())
            .Should().Equal(limits.Select(limit => limit.Shown), (line, shown) => line == shown || line.StartsWith(shown + " "));
    }

    [Fact]
    public void The_process_is_the_first_of_its_pid_namespace_and_a_session_leader() =>
        RunScript("echo $$; cut -d' ' -f5,6 /proc/self/stat | sed 's/.*/session &/'; ls /proc | grep -c '^[0-9]'")
            .Lines[0].Should().Be("1");

    [Fact]
    public void Process_is_its_own_session() =>
        RunScript("cut -d' ' -f6 /proc/1/stat").Stdout.Should().Be("1\n");

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_limit_on_descriptors_does_not_keep_a_created_container_from_its_start(int limit)
    {
        Container container = NewContainer($$$"""{"process":{"rlimits":[{"type":"RLIMIT_NOFILE","soft":{{{limit}}},"hard":{{{limit}}}}]}}""");
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        File.ReadAllText($"/proc/{container.Pid}/limits").Should().MatchRegex($@"Max open files +{limit} +{limit} ");
    }
}
