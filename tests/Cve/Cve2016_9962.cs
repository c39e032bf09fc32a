using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>A process of a joined pid namespace looks into the new init, which still holds what is the host's.</summary>
/// <remarks>Seen to fall when the init stays dumpable.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2016_9962 : ContainerTest
{
    [Fact]
    public void A_waiting_init_shows_nothing_to_its_neighbours()
    {
        // Same user, same capabilities: only that the init is not dumpable stands between them (CAP_SYS_PTRACE would lift it).
        Container attacker = NewContainer();
        attacker.Bundle.Script("""
            until [ -s /go ]; do sleep 0.05; done
            p=/proc/$(cat /go)
            cat $p/comm >/dev/null && echo there
            readlink $p/fd/* && echo descriptors
            ls $p/root/ && echo root
            ls $p/cwd/ && echo cwd
            cat $p/environ | grep . && echo environment
            readlink $p/exe && echo executable
            readlink $p/ns/mnt && echo namespaces
            """);
        using Command attack = attacker.StartRun([]);
        Wait.Until(() => System.IO.Directory.Exists(Path.Combine(Root, attacker.Id)) && attacker.Command("state", attacker.Id) is { ExitCode: 0 } state && (string)state.Json["status"]! == "running", "the attacker runs");

        Container victim = NewContainer();
        victim.Bundle.WithNamespace("pid", $"/proc/{attacker.Pid}/ns/pid").Args("true");
        victim.Create().Succeeds();
        string inner = File.ReadLines($"/proc/{victim.Pid}/status").Last(line => line.StartsWith("NSpid:")).Split('\t').Last();
        attacker.Bundle.File("/go", inner + "\n");
        attack.Finish().Stdout.Should().Be("there\n");
    }

    [Fact]
    public void A_process_of_exec_has_nothing_of_the_host_open()
    {
        // CAP_SYS_PTRACE gets to what is open in a process that is not dumpable, and who stops every newcomer has time to look.
        const string capabilities = """["CAP_SYS_PTRACE","CAP_KILL","CAP_DAC_OVERRIDE"]""";
        Container container = NewContainer($$$"""{"process":{"capabilities":{"bounding":{{{capabilities}}},"permitted":{{{capabilities}}},"effective":{{{capabilities}}} } } }""");
        container.Bundle.Script("""
            until [ -e /stop ]; do
                kill -STOP -1
                for p in /proc/[0-9]*; do
                    [ $p = /proc/1 ] && continue
                    for f in $p/fd/* $p/cwd $p/root; do
                        [ -d $f/ ] && [ -e "$f/$(cat /host)" ] && echo $f leads to the host
                        [ -d $f/ ] && [ -e "$f/../../../../../..$(cat /host)" ] && echo $f leads to the host
                    done
                    kill -CONT ${p#/proc/}
                done
            done 2>/dev/null
            """).File("/host", Directory);
        using Command attack = container.StartRun([]);
        Wait.Until(() => System.IO.Directory.Exists(Path.Combine(Root, container.Id)) && container.Command("state", container.Id) is { ExitCode: 0 } state && (string)state.Json["status"]! == "running", "the attacker runs");
        for (int round = 0; round < 30; round++)
            container.Command("exec", container.Id, "true").Succeeds();
        container.Bundle.File("/stop", "");
        attack.Finish().Stdout.Should().BeEmpty();
    }
}
