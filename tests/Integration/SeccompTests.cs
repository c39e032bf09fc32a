using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>linux.seccomp, as far as it is about the process that loads the filter; what a filter means is tested with the compiler.</summary>
[Trait("Lane", "Integration")]
public sealed class SeccompTests : ContainerTest
{
    // In the order of rules: the first name is what the agent is asked about, unless the second rule asks it too.
    private static string Profile(string listener, string action, params string[] names) =>
        $$"""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"{{listener}}","listenerMetadata":"meta","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"},{"names":["{{string.Join("\",\"", names)}}"],"action":"{{action}}"}]}""";

    private static (JsonObject State, int Listener) Receive(DescriptorSocket agent, Container container)
    {
        (byte[] data, int[] descriptors) = agent.Receive(isLast: true);
        JsonObject state = JsonNode.Parse(Encoding.UTF8.GetString(data))!.AsObject();
        state["fds"]!.ToJsonString().Should().Be("""["seccompFd"]""");
        ((string)state["metadata"]!).Should().Be("meta");
        ((string)state["ociVersion"]!).Should().MatchRegex("^1\\.[0-9]+\\.[0-9]+");
        ((string)state["state"]!["ociVersion"]!).Should().MatchRegex("^1\\.[0-9]+\\.[0-9]+");
        ((string)state["state"]!["id"]!).Should().Be(container.Id);
        ((string)state["state"]!["bundle"]!).Should().Be(container.Bundle.Directory);
        Linux.Readlink($"/proc/self/fd/{descriptors.Should().ContainSingle().Subject}").Should().Be("anon_inode:seccomp notify");
        return (state, descriptors[0]);
    }

    private static JsonObject Sends(DescriptorSocket agent, Container container)
    {
        (JsonObject state, int listener) = Receive(agent, container);
        Linux.Close(listener);
        return state;
    }

    [Theory]
    [InlineData("SCMP_ACT_NOTIFY", "chdir")]
    [InlineData("SCMP_ACT_NOTIFY", "sendmsg")]
    [InlineData("SCMP_ACT_ERRNO", "sendmsg")]
    [InlineData("SCMP_ACT_ERRNO", "recvmsg")]
    [InlineData("SCMP_ACT_ERRNO", "sendmsg", "recvmsg", "sendto", "recvfrom")]
    public void The_listener_reaches_the_agent_whatever_the_profile_is_about(string action, params string[] names)
    {
        using DescriptorSocket agent = new(Directory + "/agent");
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse(Profile(agent.Path, action, names));
        container.Bundle.Args("true");
        using Command run = container.StartRun([]);
        JsonObject state = Sends(agent, container);
        ((int)state["pid"]!).Should().Be((int)state["state"]!["pid"]!).And.BeGreaterThan(1);
        run.Finish().Succeeds();
    }

    [Fact]
    public void The_listener_of_exec_reaches_the_agent_although_sendmsg_is_denied()
    {
        using DescriptorSocket agent = new(Directory + "/agent");
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse(Profile(agent.Path, "SCMP_ACT_ERRNO", "sendmsg", "recvmsg"));
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        using Command start = container.StartCommand("start", [container.Id]);
        JsonObject first = Sends(agent, container);
        start.Finish().Succeeds();
        ((int)first["pid"]!).Should().Be(container.Pid);
        ((int)first["state"]!["pid"]!).Should().Be(container.Pid);
        ((string)first["state"]!["status"]!).Should().Be("created");
        using Command exec = container.StartCommand("exec", [container.Id, "true"]);
        JsonObject second = Sends(agent, container);
        exec.Finish().Succeeds();
        ((int)second["pid"]!).Should().BePositive().And.NotBe(container.Pid, "it is the process with the filter that is meant");
        ((int)second["state"]!["pid"]!).Should().Be(container.Pid);
        ((string)second["state"]!["status"]!).Should().Be("running");
    }

    /// <summary>What the agent says is what the program sees, in 64 bits and in 32.</summary>
    [Fact]
    public void A_call_is_answered_by_the_agent()
    {
        const uint i386 = 0x40000003, x86_64 = 0xc000003e;
        using DescriptorSocket agent = new(Directory + "/agent");
        Container container = NewContainer();
        JsonNode profile = JsonNode.Parse(Profile(agent.Path, "SCMP_ACT_NOTIFY", "sync"))!;
        profile["architectures"] = new JsonArray("SCMP_ARCH_X86");
        container.Bundle.Config["linux"]!["seccomp"] = profile;
        TinyProgram.Write64(container.Bundle.Rootfs + "/bin/wide", 162);
        TinyProgram.Write32(container.Bundle.Rootfs + "/bin/narrow", 36);
        container.Bundle.Script("/bin/wide; echo $?; /bin/narrow; echo $?");
        using Command run = container.StartRun([]);
        (_, int listener) = Receive(agent, container);
        SeccompListener.Answer(listener, error: 28).Should().Be((162, x86_64));
        SeccompListener.Answer(listener, error: 5).Should().Be((36, i386));
        run.Finish().Succeeds().Stdout.Should().Be("28\n5\n");
        Linux.Close(listener);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("run")]
    public void A_profile_without_execve_is_an_error(string command)
    {
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse("""{"defaultAction":"SCMP_ACT_ERRNO"}""");
        (command == "create" ? container.Create() : container.Run()).FailsWith("linux.seccomp: execve is never allowed");
        NothingIsLeft();
    }

    /// <summary>With conditions it cannot be foreseen that execve is never allowed, and here neither an error can be told nor an exit made.</summary>
    [Fact]
    public void A_process_that_can_neither_start_nor_tell_nor_exit_ends()
    {
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse("""
            {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["execve"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]}]}
            """);
        container.Bundle.Args("true");
        container.Run().FailsWith("was killed before it executed the program");
        NothingIsLeft();
    }

    [Fact]
    public void A_flag_that_the_kernel_lacks_is_an_error_of_create()
    {
        Container container = NewContainer();
        JsonNode profile = JsonNode.Parse(Profile(Directory + "/nobody", "SCMP_ACT_NOTIFY", "chdir"))!;
        profile["flags"] = new JsonArray("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        container.Bundle.Config["linux"]!["seccomp"] = profile;
        container.Bundle.Write();
        Command.Run("strace", "-o", "/dev/null", "-e", "inject=seccomp:error=EINVAL", container.Runtime.Path, "--root", Root, "create", "--bundle", container.Bundle.Directory, container.Id)
            .FailsWith("linux.seccomp.flags: this kernel has no SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        NothingIsLeft();
    }

    /// <summary>Without no_new_privs it takes a privilege to load a filter, which the program must not have.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_user_without_capabilities_has_the_filter_and_nothing_else(bool noNewPrivileges)
    {
        Container container = NewContainer();
        container.Bundle.Patch($$$"""
            {"process":{"noNewPrivileges":{{{(noNewPrivileges ? "true" : "false")}}},"user":{"uid":1000,"gid":1000},"capabilities":{"bounding":[],"effective":[],"permitted":[],"inheritable":[],"ambient":[]} } }
            """);
        Seccomp(container, JsonNode.Parse("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["chdir"],"action":"SCMP_ACT_ERRNO"}]}""")!);
        container.RunScript("grep -E '^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status").Lines.Should().Equal(
            "CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000",
            "CapAmb:\t0000000000000000", noNewPrivileges ? "NoNewPrivs:\t1" : "NoNewPrivs:\t0", "Seccomp:\t2");
    }

    [Fact]
    public void Without_its_agent_the_program_does_not_run()
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse(Profile(Directory + "/nobody", "SCMP_ACT_NOTIFY", "sendmsg", "exit_group"));
        container.Bundle.Args("touch", "/ran");
        container.Run().FailsWith("/nobody");
        System.IO.File.Exists(container.Bundle.Rootfs + "/ran").Should().BeFalse();
        NothingIsLeft();
    }

    [Theory]
    [InlineData("rt_sigaction")]
    [InlineData("rt_sigprocmask")]
    [InlineData("close")]
    [InlineData("getcwd", "capset", "setgroups", "openat2", "umask", "close_range")]
    [InlineData("sendmsg", "recvmsg", "write", "read", "poll", "mmap", "munmap", "madvise", "futex", "fcntl")]
    public void A_profile_need_allow_nothing_but_execve_of_what_the_runtime_does(params string[] names)
    {
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse($$"""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["{{string.Join("\",\"", names)}}"],"action":"SCMP_ACT_KILL_PROCESS"}]}""");
        container.Bundle.Args("true");
        container.Run().Succeeds();
    }

    [Theory]
    [InlineData("sendmsg")]
    [InlineData("sendmsg", "mmap", "mprotect", "munmap", "madvise", "brk", "futex", "membarrier")]
    public void An_error_of_execve_is_told_whatever_else_is_denied(params string[] names)
    {
        Container container = NewContainer();
        Seccomp(container, JsonNode.Parse($$"""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["{{string.Join("\",\"", names)}}"],"action":"SCMP_ACT_ERRNO"}]}""")!);
        container.Bundle.File("/bin/script", "#!/no/such/interpreter\n", 0b111_101_101).Args("/bin/script");
        container.Create().Succeeds();
        container.Start().FailsWith("no such file or directory");
    }

    // A shell says 159, 128 + SIGSYS, of a child that was killed.
    [Theory]
    [InlineData("SCMP_ACT_ALLOW", null, "0")]
    [InlineData("SCMP_ACT_LOG", null, "0")]
    [InlineData("SCMP_ACT_ERRNO", null, "1 Operation not permitted")]
    [InlineData("SCMP_ACT_ERRNO", 28, "1 No space left on device")]
    [InlineData("SCMP_ACT_TRACE", null, "1 Function not implemented")]
    [InlineData("SCMP_ACT_TRAP", null, "159 Bad system call")]
    [InlineData("SCMP_ACT_KILL", null, "159 Bad system call")]
    [InlineData("SCMP_ACT_KILL_THREAD", null, "159 Bad system call")]
    [InlineData("SCMP_ACT_KILL_PROCESS", null, "159 Bad system call")]
    public void Action(string action, int? errno, string outcome)
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        JsonObject rule = new() { ["names"] = new JsonArray("mkdir"), ["action"] = action };
        if (errno is not null)
            rule["errnoRet"] = errno;
        Seccomp(container, new JsonObject { ["defaultAction"] = "SCMP_ACT_ALLOW", ["syscalls"] = new JsonArray(rule) });
        string[] words = outcome.Split(' ', 2);
        CommandResult result = container.RunScript("mkdir /made; echo $?");
        result.Stdout.Should().Be(words[0] + "\n");
        if (words.Length > 1)
            result.Stderr.Should().Contain(words[1]);
        System.IO.Directory.Exists(container.Bundle.Rootfs + "/made").Should().Be(words[0] == "0");
    }

    [Theory]
    [InlineData("SCMP_CMP_EQ", 448, "1")] // 0700
    [InlineData("SCMP_CMP_EQ", 449, "0")]
    [InlineData("SCMP_CMP_NE", 448, "0")]
    [InlineData("SCMP_CMP_GT", 447, "1")]
    [InlineData("SCMP_CMP_LE", 447, "0")]
    public void Argument(string op, int value, string status)
    {
        Container container = NewContainer("""{"root":{"readonly":false}}""");
        Seccomp(container, JsonNode.Parse($$"""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["chmod"],"action":"SCMP_ACT_ERRNO","args":[{"index":1,"value":{{value}},"op":"{{op}}"}]}]}""")!);
        container.RunScript("chmod 700 /tmp; echo $?").Stdout.Should().Be(status + "\n");
    }

    [Theory]
    [InlineData("SCMP_ARCH_X86_64", 128 + 31)]
    [InlineData("SCMP_ARCH_X86_64 SCMP_ARCH_X86", 28)]
    public void Program_of_32_bits_is_killed_unless_its_architecture_is_listed(string architectures, int status)
    {
        Container container = NewContainer();
        const int sync = 36;
        TinyProgram.Write32(container.Bundle.Rootfs + "/bin/program", sync);
        JsonArray names = [.. architectures.Split(' ')];
        Seccomp(container, new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ALLOW",
            ["architectures"] = names,
            ["syscalls"] = JsonNode.Parse("""[{"names":["sync"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]"""),
        });
        container.Bundle.Args("/bin/program");
        container.Run().ExitsWith(status);
    }

    [Fact]
    public void Call_that_is_newer_than_the_profile_does_not_exist_and_an_older_one_is_not_permitted()
    {
        Container container = NewContainer();
        // The newest call that the profile names is pidfd_open (434): openat2 (437) is newer, sync (162) is older.
        Seccomp(container, JsonNode.Parse("""
            {"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"action":"SCMP_ACT_ALLOW","names":["pidfd_open","execve","exit","exit_group","write","read","open","openat","close","brk","mmap","munmap","mprotect","arch_prctl","uname","readlink","set_tid_address","set_robust_list","rseq","prlimit64","getrandom","fstat","newfstatat","stat","getuid","geteuid","getpid","getppid","rt_sigaction","rt_sigprocmask","rt_sigreturn","getcwd","fcntl","dup2","ioctl","lseek","clone","vfork","fork","wait4","prctl","futex","epoll_ctl","epoll_pwait","sigaltstack","gettid","tgkill","madvise","nanosleep","sched_yield","fstatfs","getdents64","faccessat","chdir","setuid","setgid","setgroups","capset","capget","pipe2","access","sched_getaffinity"]}]}
            """)!);
        TinyProgram.Write64(container.Bundle.Rootfs + "/bin/newer", 437);
        TinyProgram.Write64(container.Bundle.Rootfs + "/bin/older", 162);
        container.RunScript("/bin/newer; echo $?; /bin/older; echo $?").Stdout.Should().Be("38\n1\n");
    }

    private static void Seccomp(Container container, JsonNode profile) => container.Bundle.Config["linux"]!["seccomp"] = profile;
}
