using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>hostname, domainname, linux.sysctl and the session keyring.</summary>
[Trait("Lane", "Integration")]
public sealed class HostTests : ContainerTest
{
    [Fact]
    public void Hostname() =>
        RunScript("hostname", """{"hostname":"voyager"}""").Stdout.Should().Be("voyager\n");

    [OcirunFact("runc 1.1.5 is older than domainname")]
    public void Domainname() =>
        RunScript("cat /proc/sys/kernel/domainname", """{"domainname":"example.org"}""").Stdout.Should().Be("example.org\n");

    [Fact]
    public void Sysctl_of_the_containers_namespaces() =>
        RunScript(
            "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax /proc/sys/fs/mqueue/msg_max",
            """{"linux":{"sysctl":{"net.ipv4.ip_forward":"1","kernel.shmmax":"123456","fs.mqueue.msg_max":"7"}}}""")
            .Lines.Should().Equal("1", "123456", "7");

    [Fact]
    public void Sysctl_with_a_slash_in_an_interfaces_name() =>
        RunScript("cat /proc/sys/net/ipv4/conf/lo/forwarding", """{"linux":{"sysctl":{"net/ipv4/conf/lo/forwarding":"1"}}}""")
            .Stdout.Should().Be("1\n");

    [Theory]
    [InlineData("vm.swappiness", "10")]
    [InlineData("kernel.panic", "5")]
    [InlineData("net.../../kernel.panic", "5")]
    public void Sysctl_of_the_host_is_refused(string name, string value)
    {
        Container container = NewContainer($$"""{"linux":{"sysctl":{"{{name}}":"{{value}}"} } }""");
        container.Run().FailsWith(name.Split('.')[0]);
        NothingIsLeft();
    }

    [Fact]
    public void Sysctl_of_a_shared_namespace_is_refused()
    {
        Container container = NewContainer("""{"linux":{"sysctl":{"net.ipv4.ip_forward":"1"}}}""");
        container.Bundle.WithoutNamespace("network");
        container.Run().FailsWith("net.ipv4.ip_forward");
        NothingIsLeft();
    }

    [Fact]
    public void Sysctl_of_the_runtimes_own_network_namespace_by_path_is_refused() =>
        OwnNamespaceByPathIsRefused("network", "net", "net.ipv4.ip_forward");

    [OcirunTheory("runc compares the network namespace only")]
    [InlineData("network", "net", "net/ipv4/ip_forward")]
    [InlineData("ipc", "ipc", "kernel.shmmni")]
    [InlineData("ipc", "ipc", "kernel.msgmax")]
    [InlineData("ipc", "ipc", "fs.mqueue.msg_max")]
    [InlineData("uts", "uts", "kernel.domainname")]
    public void Sysctl_of_any_own_namespace_by_path_is_refused(string type, string file, string name) =>
        OwnNamespaceByPathIsRefused(type, file, name);

    // The value is the present one: were it written, no harm would be done.
    private void OwnNamespaceByPathIsRefused(string type, string file, string name)
    {
        string value = System.IO.File.ReadAllText("/proc/sys/" + name.Replace('.', '/')).Trim();
        foreach (string process in (string[])["self", System.Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            Container container = NewContainer($$"""{"hostname":null,"linux":{"sysctl":{"{{name}}":"{{value}}"} } }""");
            container.Bundle.WithNamespace(type, $"/proc/{process}/ns/{file}");
            container.Run().FailsWith(name);
            NothingIsLeft();
        }
    }

    [Fact]
    public void Sysctl_of_anothers_namespace_by_path_is_written()
    {
        Container holder = NewContainer();
        holder.Bundle.Args("sleep", "1000");
        holder.Create().Succeeds();
        Container container = NewContainer("""{"linux":{"sysctl":{"net.ipv4.ip_forward":"1","kernel.shmmni":"1234"}}}""");
        container.Bundle.WithNamespace("network", $"/proc/{holder.Pid}/ns/net").WithNamespace("ipc", $"/proc/{holder.Pid}/ns/ipc");
        container.RunScript("cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni").Lines.Should().Equal("1", "1234");
    }

    [OcirunTheory("runc sets the host's")]
    [InlineData("hostname")]
    [InlineData("domainname")]
    public void Name_of_the_runtimes_own_uts_namespace_is_refused(string property)
    {
        string present = System.IO.File.ReadAllText("/proc/sys/kernel/" + property).Trim();
        Container container = NewContainer("""{"hostname":null}""");
        container.Bundle.Config[property] = present;
        container.Bundle.WithNamespace("uts", "/proc/self/ns/uts");
        container.Run().FailsWith(property).FailsWith("linux.namespaces");
        NothingIsLeft();
    }

    [Fact]
    public void Hostname_without_a_uts_namespace_is_refused()
    {
        Container container = NewContainer();
        container.Bundle.WithoutNamespace("uts");
        container.Run().FailsWith("hostname");
        NothingIsLeft();
    }

    [Fact]
    public void The_session_keyring_is_new()
    {
        // The name of a session keyring that a runtime joins has the container's id in it.
        Container container = NewContainer("""{"linux":{"maskedPaths":[]}}""");
        container.RunScript("cat /proc/keys").Stdout.Should().Contain($"_ses.{container.Id}");
    }

    [Fact]
    public void No_new_keyring_keeps_the_callers()
    {
        Container container = NewContainer("""{"linux":{"maskedPaths":[]}}""");
        container.Bundle.Script("cat /proc/keys");
        container.Run("--no-new-keyring").Succeeds().Stdout.Should().NotContain($"_ses.{container.Id}");
    }
}
