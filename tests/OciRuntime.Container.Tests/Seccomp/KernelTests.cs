using System;
using System.Runtime.InteropServices;
using System.Threading;
using FluentAssertions;
using OciRuntime.Container.Seccomp;
using OciRuntime.Linux;
using OciRuntime.Spec;
using Xunit;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>The kernel takes our programs and does what they say: each on a thread of its own, which then ends.</summary>
public class KernelTests
{
    [Fact]
    public void The_engines_default_profile_loads_and_holds() => Filtered(Profiles.EngineDefault(), listener =>
    {
        listener.IsOpen.Should().BeFalse();
        Call("getpid").Should().BePositive();
        Call("personality", unchecked((nint)0xffffffff)).Should().Be(0);
        Call("personality", 1).Should().Be(-Errno.EPERM);
        Call("socket", 40, 1, 0).Should().Be(-Errno.EPERM);
        Call("keyctl").Should().Be(-Errno.EPERM);
        Call("clone3").Should().Be(-Errno.ENOSYS);
        syscall(5000, 0, 0, 0).Should().Be(-1);
        Marshal.GetLastPInvokeError().Should().Be(Errno.ENOSYS);
    });

    [Fact]
    public void Every_operator_compares_64_bits()
    {
        (string Op, ulong Value, ulong Two, ulong Yes, ulong No)[] cases =
        [
            ("SCMP_CMP_EQ", 0x100000001, 0, 0x100000001, 1),
            ("SCMP_CMP_NE", 0x100000001, 0, 1, 0x100000001),
            ("SCMP_CMP_LT", 0x100000001, 0, 0x100000000, 0x100000001),
            ("SCMP_CMP_LE", 0x100000001, 0, 0x100000001, 0x200000000),
            ("SCMP_CMP_GT", 0x100000001, 0, 0x200000000, 0x100000001),
            ("SCMP_CMP_GE", 0x100000001, 0, 0x100000001, 0x100000000),
            ("SCMP_CMP_MASKED_EQ", 0xf0000000f, 0x100000001, 0xf1000000f1, 0xf1000000f0),
        ];
        foreach ((string op, ulong value, ulong two, ulong yes, ulong no) in cases)
        {
            var profile = new LinuxSeccomp
            {
                DefaultAction = "SCMP_ACT_ALLOW",
                Syscalls =
                [
                    new LinuxSyscall
                    {
                        Names = ["getppid"],
                        Action = "SCMP_ACT_ERRNO",
                        ErrnoRet = 99,
                        Args = [new LinuxSeccompArg { Index = 2, Op = op, Value = value, ValueTwo = two }],
                    },
                ],
            };
            Filtered(profile, _ =>
            {
                Call("getppid", 0, 0, (nint)yes).Should().Be(-99, op);
                Call("getppid", 0, 0, (nint)no).Should().BePositive(op);
            });
        }
    }

    [Fact]
    public void A_notifying_profile_gives_a_listener()
    {
        LinuxSeccomp profile = Profiles.Parse("""
            {"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["getppid"],"action":"SCMP_ACT_NOTIFY"}]}
            """);
        Filtered(profile, listener =>
        {
            listener.IsOpen.Should().BeTrue();
            listener.Dispose();
            Call("getppid").Should().Be(-Errno.ENOSYS, "nobody listens any more");
        });
    }

    private static void Filtered(LinuxSeccomp profile, Action<FileDescriptor> test)
    {
        SeccompProgram program = SeccompCompiler.Compile(profile);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                _ = prctl(PR_SET_NO_NEW_PRIVS, 1);
                test(SeccompLoader.Load(program));
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw new InvalidOperationException("on the thread with the filter", failure);
    }

    private static long Call(string name, nint a = 0, nint b = 0, nint c = 0)
    {
        long result = syscall((nint)ProfileMeaning.Number(ScmpArch.Native, name)!.Value, a, b, c);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern nint syscall(nint number, nint a, nint b, nint c);
}
