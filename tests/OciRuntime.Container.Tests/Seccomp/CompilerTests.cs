using System;
using System.Linq;
using FluentAssertions;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Seccomp;
using OciRuntime.Container.Seccomp.Tables;
using OciRuntime.Spec;
using Xunit;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Seccomp;

public class CompilerTests
{
    private const uint Enosys = SECCOMP_RET_ERRNO | 38;

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOPE"}""", "linux.seccomp.defaultAction: string SCMP_ACT_NOPE is not a valid action for seccomp")]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOTIFY"}""", "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be used as default action")]
    [InlineData("""{"defaultAction":"SCMP_ACT_KILL","defaultErrnoRet":1}""", "linux.seccomp.defaultErrnoRet: SCMP_ACT_KILL has no error number")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":4096}""", "linux.seccomp.defaultErrnoRet: 4096 is out of range: 0 to 4095")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86","x86"]}""", "linux.seccomp.architectures[1]: string x86 is not a valid arch for seccomp")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_S390X"]}""", "linux.seccomp.architectures[0]: SCMP_ARCH_S390X has another byte order than SCMP_ARCH_X86_64, which this runs on")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_NOPE"]}""", "linux.seccomp.flags[0]: seccomp flag SECCOMP_FILTER_FLAG_NOPE is not known")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]}""", "linux.seccomp.flags[0]: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY: the kernel refuses it otherwise")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":[],"action":"SCMP_ACT_ERRNO"}]}""", "linux.seccomp.syscalls[0].names: must have at least one entry")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read",""],"action":"SCMP_ACT_ERRNO"}]}""", "linux.seccomp.syscalls[0].names[1]: empty string is not a valid syscall")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_TRAP","errnoRet":2}]}""", "linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_TRAP has no error number")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_KILL","args":[{"index":6,"value":0,"op":"SCMP_CMP_EQ"}]}]}""", "linux.seccomp.syscalls[0].args[0].index: 6 is not the index of an argument: 0 to 5")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_KILL","args":[{"index":0,"value":0,"op":"EQ"}]}]}""", "linux.seccomp.syscalls[0].args[0].op: string EQ is not a valid operator for seccomp")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["write"],"action":"SCMP_ACT_NOTIFY"}]}""", "linux.seccomp.syscalls[0].names[0]: SCMP_ACT_NOTIFY cannot be used for the write syscall")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]}""", "linux.seccomp.listenerPath: seccomp listenerPath is not set, and a rule says SCMP_ACT_NOTIFY")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerMetadata":"x"}""", "linux.seccomp.listenerMetadata: must not be set without listenerPath")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_KILL","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]},{"names":["read"],"action":"SCMP_ACT_TRAP","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]}]}""", "linux.seccomp.syscalls[1]: has the call and the conditions of syscalls[0] and another action")]
    public void An_invalid_profile_is_refused_by_its_JSON_path(string json, string message) =>
        new Action(() => Compile(json)).Should().Throw<ContainerException>().WithMessage(message);

    [Theory]
    [InlineData(null, SECCOMP_FILTER_FLAG_SPEC_ALLOW)]
    [InlineData("", 0u)]
    [InlineData("SECCOMP_FILTER_FLAG_TSYNC", 0u)]
    [InlineData("SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG)]
    [InlineData("SECCOMP_FILTER_FLAG_LOG,SECCOMP_FILTER_FLAG_SPEC_ALLOW,SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW)]
    public void Flags_are_runcs(string? flags, uint expected)
    {
        LinuxSeccomp profile = Profiles.Parse("""{"defaultAction":"SCMP_ACT_ALLOW"}""") with
        {
            Flags = flags?.Split(',', StringSplitOptions.RemoveEmptyEntries),
        };

        SeccompCompiler.Compile(profile, ScmpArch.X86_64).Flags.Should().Be(expected);
    }

    [Fact]
    public void A_notifying_profile_asks_for_a_listener()
    {
        SeccompProgram program = Compile("""
            {"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/run/agent","listenerMetadata":"m",
             "flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
             "syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]}
            """);

        program.NeedsListener.Should().BeTrue();
        program.ListenerPath.Should().Be("/run/agent");
        program.ListenerMetadata.Should().Be("m");
        program.Flags.Should().Be(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
        Run(program, 83).Should().Be(SECCOMP_RET_USER_NOTIF);
    }

    [Theory]
    [InlineData("ALLOW", "connect", "NOTIFY", "[]", true)]
    [InlineData("ALLOW", "sendmsg", "NOTIFY", "[]", false)]
    [InlineData("ALLOW", "sendmsg", "ERRNO", "[]", false)]
    [InlineData("ERRNO", "connect", "NOTIFY", "[]", false)]
    [InlineData("ERRNO", "sendmsg", "ALLOW", "[]", true)]
    [InlineData("ERRNO", "sendmsg", "LOG", """[{"index":0,"op":"SCMP_CMP_EQ","value":1}]""", false)]
    public void The_listener_is_sent_only_where_nothing_stands_in_the_way(string byDefault, string name, string action, string args, bool sent) =>
        Compile($$"""
            {"defaultAction":"SCMP_ACT_{{byDefault}}","listenerPath":"/run/agent",
             "syscalls":[{"names":["{{name}}"],"action":"SCMP_ACT_{{action}}","args":{{args}}}]}
            """).AllowsSendmsg.Should().Be(sent);

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_ERRNO"}""", "execve")]
    [InlineData("""{"defaultAction":"SCMP_ACT_KILL","syscalls":[{"names":["open_tree_attr"],"action":"SCMP_ACT_ALLOW"}]}""", "execve")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["execve"],"action":"SCMP_ACT_ERRNO"}]}""", "execve")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["execve"],"action":"SCMP_ACT_ALLOW"}]}""", null)]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["execve"],"action":"SCMP_ACT_ERRNO","args":[{"index":1,"op":"SCMP_CMP_EQ","value":0}]}]}""", null)]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["execve"],"action":"SCMP_ACT_NOTIFY"}]}""", null)]
    [InlineData("""{"defaultAction":"SCMP_ACT_TRACE"}""", null)]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["chdir"],"action":"SCMP_ACT_NOTIFY"},{"names":["sendmsg","write"],"action":"SCMP_ACT_ERRNO","errnoRet":0}]}""", "sendmsg or write")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["chdir"],"action":"SCMP_ACT_NOTIFY"},{"names":["write"],"action":"SCMP_ACT_ERRNO"}]}""", null)]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["chdir"],"action":"SCMP_ACT_NOTIFY"},{"names":["read"],"action":"SCMP_ACT_TRAP"}]}""", "needs read")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["read"],"action":"SCMP_ACT_NOTIFY"}]}""", null)]
    public void A_profile_with_which_nothing_could_be_started_is_refused(string json, string? reason)
    {
        Action compile = () => SeccompCompiler.Compile(Profiles.Parse(json));

        if (reason is null)
            compile.Should().NotThrow();
        else
            compile.Should().Throw<ContainerException>().WithMessage($"linux.seccomp: *{reason}*");
    }

    [Fact]
    public void A_profile_without_rules_and_default_action_is_no_filter()
    {
        SeccompProgram program = Compile("{}");

        program.Instructions.Length.Should().Be(0);
        SeccompLoader.Load(program).IsOpen.Should().BeFalse();
    }

    [Fact]
    public void Unknown_names_are_warned_about_and_the_rest_counts()
    {
        SeccompProgram program = Compile("""
            {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["no_such_call","mkdir","mkdiR","mkdı"],"action":"SCMP_ACT_ERRNO"}]}
            """);

        program.Warnings.Should().HaveCount(3);
        program.Warnings[0].Should().Be("unknown seccomp syscall \"no_such_call\" ignored (linux.seccomp.syscalls[0].names[0])");
        Run(program, 83).Should().Be(SECCOMP_RET_ERRNO | 1);
        Run(program, 84).Should().Be(SECCOMP_RET_ALLOW);
    }

    [Theory]
    [InlineData("SCMP_ACT_ERRNO", Enosys)]
    [InlineData("SCMP_ACT_KILL", Enosys)]
    [InlineData("SCMP_ACT_TRAP", Enosys)]
    [InlineData("SCMP_ACT_LOG", SECCOMP_RET_LOG)]
    [InlineData("SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW)]
    [InlineData("SCMP_ACT_TRACE", SECCOMP_RET_TRACE | 1)]
    public void Calls_newer_than_the_profile_do_not_exist(string defaultAction, uint expected)
    {
        SeccompProgram program = Compile($$"""
            {"defaultAction":"{{defaultAction}}","architectures":["SCMP_ARCH_X86"],
             "syscalls":[{"names":["openat2","socket"],"action":"SCMP_ACT_LOG"}]}
            """);

        Run(program, 437).Should().Be(SECCOMP_RET_LOG);
        Run(program, 438).Should().Be(expected);
        Run(program, 100000).Should().Be(expected);
        Run(program, 438, AUDIT_ARCH_I386).Should().Be(expected);
        Run(program, 436).Should().NotBe(Enosys);
        Run(program, 0, AUDIT_ARCH_AARCH64).Should().Be(SECCOMP_RET_KILL_THREAD);
        Run(program, ScmpArch.__X32_SYSCALL_BIT).Should().Be(SECCOMP_RET_KILL_THREAD);
    }

    [Fact]
    public void A_condition_is_not_lost_behind_a_multiplexing_call()
    {
        SeccompProgram program = Compile("""
            {"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86"],"syscalls":[
             {"names":["socket"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"}]},
             {"names":["bind"],"action":"SCMP_ACT_ALLOW"},
             {"names":["shmat"],"action":"SCMP_ACT_KILL","args":[{"index":1,"value":1,"op":"SCMP_CMP_EQ"}]}]}
            """);

        Run(program, 359, AUDIT_ARCH_I386, 1).Should().Be(SECCOMP_RET_ALLOW);
        Run(program, 102, AUDIT_ARCH_I386, 1).Should().Be(SECCOMP_RET_ERRNO | 1);
        Run(program, 102, AUDIT_ARCH_I386, 2).Should().Be(SECCOMP_RET_ALLOW);
        Run(program, 117, AUDIT_ARCH_I386, 21).Should().Be(SECCOMP_RET_KILL_THREAD);
        Run(program, 117, AUDIT_ARCH_I386, 0x10015).Should().Be(SECCOMP_RET_KILL_THREAD, "the upper half is a version");
        program.Warnings.Should().ContainSingle().Which.Should().Contain("SCMP_ARCH_X86");
    }

    [Fact]
    public void Jumps_reach_across_a_long_filter()
    {
        // 200 conditional calls: every section is far longer than an 8-bit jump.
        string[] names = Enumerable.Range(0, SyscallNames.Count).Select(SyscallNames.Name)
            .Where(name => ProfileMeaning.Number(ScmpArch.X86_64, name) < 200).ToArray();
        LinuxSeccomp profile = Profiles.Parse("""
            {"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"],"syscalls":[
             {"names":[],"action":"SCMP_ACT_ALLOW","args":[{"index":3,"value":4294967301,"op":"SCMP_CMP_GT"}]}]}
            """);
        profile = profile with { Syscalls = [profile.Syscalls![0] with { Names = names }] };

        SeccompProgram program = SeccompCompiler.Compile(profile, ScmpArch.X86_64);

        program.Instructions.Length.Should().BeGreaterThan(2000);
        var filter = new BpfInterpreter(program.Instructions);
        foreach (string name in names)
        {
            uint number = ProfileMeaning.Number(ScmpArch.X86_64, name)!.Value;
            filter.Run(AUDIT_ARCH_X86_64, number, [0, 0, 0, 4294967301, 0, 0]).Should().Be(SECCOMP_RET_ERRNO | 1);
            filter.Run(AUDIT_ARCH_X86_64, number, [0, 0, 0, 4294967302, 0, 0]).Should().Be(SECCOMP_RET_ALLOW);
        }
    }

    [Fact]
    public void A_filter_that_the_kernel_would_not_take_is_an_error()
    {
        LinuxSyscall[] rules = Enumerable.Range(0, 1100)
            .Select(i => new LinuxSyscall
            {
                Names = ["ioctl"],
                Action = "SCMP_ACT_ALLOW",
                Args = [new LinuxSeccompArg { Index = 1, Value = (ulong)i, Op = "SCMP_CMP_EQ" }],
            })
            .ToArray();
        var profile = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ERRNO", Syscalls = rules };

        new Action(() => SeccompCompiler.Compile(profile, ScmpArch.X86_64)).Should().Throw<ContainerException>()
            .WithMessage("linux.seccomp: the filter needs more than the 4096 instructions that the kernel takes; use fewer rules with args");
    }

    /// <summary>Each name of an entry has each of its conditions: within a config's 4 MiB that is billions.</summary>
    [Theory]
    [InlineData("ioctl")]
    [InlineData("socket")]
    public void An_entry_with_many_names_and_conditions_is_an_error_at_once(string name)
    {
        LinuxSyscall entry = new()
        {
            Names = [.. Enumerable.Repeat(name, 100_000)],
            Action = "SCMP_ACT_KILL",
            Args = [.. Enumerable.Range(0, 20_000).Select(i => new LinuxSeccompArg { Index = 1, Value = (ulong)i, Op = "SCMP_CMP_EQ" })],
        };
        var profile = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Architectures = ["SCMP_ARCH_X86"], Syscalls = [entry] };

        long before = GC.GetAllocatedBytesForCurrentThread();
        new Action(() => SeccompCompiler.Compile(profile, ScmpArch.X86_64)).Should().Throw<ContainerException>().WithMessage("*more than the 4096 instructions*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(32 << 20);
    }

    [Fact]
    public void Every_name_is_found_and_nothing_else()
    {
        for (int i = 0; i < SyscallNames.Count; i++)
        {
            string name = SyscallNames.Name(i);
            SyscallNames.IndexOf(name).Should().Be(i);
            SyscallNames.IndexOf(name + "!").Should().Be(-1);
        }
    }

    [Fact]
    public void Features_are_runcs_and_the_specifications()
    {
        SeccompFeatures.Actions.Should().HaveCount(9).And.BeInAscendingOrder(StringComparer.Ordinal);
        SeccompFeatures.Operators.Should().Equal("SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE");
        SeccompFeatures.Archs.Should().HaveCount(23).And.BeInAscendingOrder(StringComparer.Ordinal);
        SeccompFeatures.KnownFlags.Should().Equal("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        SeccompFeatures.SupportedFlags.Should().BeSubsetOf(SeccompFeatures.KnownFlags).And.Contain("SECCOMP_FILTER_FLAG_LOG");
    }

    private static SeccompProgram Compile(string json) => SeccompCompiler.Compile(Profiles.Parse(json), ScmpArch.X86_64);

    private static uint Run(SeccompProgram program, uint number, uint arch = AUDIT_ARCH_X86_64, ulong arg = 0) =>
        new BpfInterpreter(program.Instructions).Run(arch, number, [arg, arg, 0, 0, 0, 0]);
}
