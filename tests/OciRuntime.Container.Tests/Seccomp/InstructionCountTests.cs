using System;
using FluentAssertions;
using OciRuntime.Container.Seccomp;
using OciRuntime.Container.Seccomp.Tables;
using Xunit;
using Xunit.Abstractions;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Seccomp;

public class InstructionCountTests(ITestOutputHelper output)
{
    private static readonly BpfInterpreter Filter =
        new(SeccompCompiler.Compile(Profiles.EngineDefault(), ScmpArch.X86_64).Instructions);

    [Theory]
    [InlineData("read")]
    [InlineData("write")]
    [InlineData("openat")]
    [InlineData("futex")]
    [InlineData("epoll_wait")]
    [InlineData("epoll_pwait")]
    [InlineData("mmap")]
    [InlineData("munmap")]
    [InlineData("mprotect")]
    [InlineData("close")]
    [InlineData("fstat")]
    [InlineData("newfstatat")]
    [InlineData("pread64")]
    [InlineData("recvmsg")]
    [InlineData("sendmsg")]
    [InlineData("sendto")]
    [InlineData("recvfrom")]
    [InlineData("accept4")]
    [InlineData("clock_gettime")]
    [InlineData("clock_nanosleep")]
    [InlineData("nanosleep")]
    [InlineData("rt_sigprocmask")]
    [InlineData("getrandom")]
    [InlineData("statx")]
    public void Common_calls_cost_at_most_12_instructions(string name)
    {
        uint number = ScmpArch.Get(ScmpArch.X86_64).Numbers[SyscallNames.IndexOf(name)];

        Filter.Run(AUDIT_ARCH_X86_64, number, new ulong[6]).Should().Be(SECCOMP_RET_ALLOW);

        output.WriteLine($"{name}: {Filter.Steps}");
        Filter.Steps.Should().BeLessThanOrEqualTo(12);
    }

    [Fact]
    public void The_whole_filter_is_short()
    {
        int length = SeccompCompiler.Compile(Profiles.EngineDefault(), ScmpArch.X86_64).Instructions.Length;
        long steps = 0;
        int worst = 0;
        foreach (ushort number in ScmpArch.Get(ScmpArch.X86_64).Numbers)
        {
            if (number == ScmpArch.NoCall)
                continue;
            Filter.Run(AUDIT_ARCH_X86_64, number, new ulong[6]);
            steps += Filter.Steps;
            worst = Math.Max(worst, Filter.Steps);
        }

        output.WriteLine($"{length} instructions, all calls together {steps} steps, at worst {worst}");
        length.Should().BeLessThan(700);
    }
}
