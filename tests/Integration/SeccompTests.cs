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

    private static void Sends(DescriptorSocket agent, Container container)
    {
        (byte[] data, int[] descriptors) = agent.Receive();
        JsonObject state = JsonNode.Parse(Encoding.UTF8.GetString(data))!.AsObject();
        state["fds"]!.ToJsonString().Should().Be("""["seccompFd"]""");
        ((string)state["metadata"]!).Should().Be("meta");
        ((string)state["state"]!["id"]!).Should().Be(container.Id);
        Linux.Readlink($"/proc/self/fd/{descriptors.Should().ContainSingle().Subject}").Should().Be("anon_inode:seccomp notify");
        Linux.Close(descriptors[0]);
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
        Sends(agent, container);
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
        Sends(agent, container);
        start.Finish().Succeeds();
        using Command exec = container.StartCommand("exec", [container.Id, "true"]);
        Sends(agent, container);
        exec.Finish().Succeeds();
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
    [InlineData("sendmsg", "recvmsg", "write", "read", "poll", "mmap", "munmap", "madvise", "futex", "fcntl")]
    public void A_profile_need_allow_nothing_but_execve_of_what_the_runtime_does(params string[] names)
    {
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse($$"""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["{{string.Join("\",\"", names)}}"],"action":"SCMP_ACT_KILL_PROCESS"}]}""");
        container.Bundle.Args("true");
        container.Run().Succeeds();
    }

    [Fact]
    public void An_error_of_execve_is_told_although_sendmsg_is_denied()
    {
        Container container = NewContainer();
        container.Bundle.Config["linux"]!["seccomp"] = JsonNode.Parse("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["sendmsg"],"action":"SCMP_ACT_ERRNO"}]}""");
        container.Bundle.File("/bin/script", "#!/no/such/interpreter\n", 0b111_101_101).Args("/bin/script");
        container.Create().Succeeds();
        container.Start().FailsWith("no such file or directory");
    }
}
