using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>A descriptor of a host's directory, left open where <c>process.cwd</c>, <c>process.args</c> or a hook can name it.</summary>
/// <remarks>Seen to fall when descriptors are left to close-on-exec.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2024_21626 : ContainerTest
{
    [Theory]
    [InlineData(3, 8)]
    [InlineData(9, 14)]
    public void Working_directory_behind_a_descriptor(int first, int last)
    {
        for (int fd = first; fd <= last; fd++)
        {
            Container container = NewContainer($$$"""{"process":{"cwd":"/proc/self/fd/{{{fd}}}"}}""");
            container.Bundle.Args("true");
            container.Run().ExitsWith(1);
        }
    }

    [OcirunFact("runc 1.1.5 opens its epoll where it stands")]
    public void Descriptors_that_were_never_open_are_not_preserved()
    {
        // They would be the runtime's own: of the bundle, of the cgroups.
        Container container = NewContainer();
        container.Bundle.Args("/proc/self/fd/3/rootfs/bin/true");
        container.Run("--preserve-fds", "20").FailsWith("descriptor 3 is not open");
        container.Run("--preserve-fds", "2147483647").FailsWith("is not open");
    }

    [OcirunFact("runc 1.1.5 keeps the state's directory open")]
    public void Nothing_of_the_host_is_open_in_a_waiting_init()
    {
        Container container = NewContainer();
        container.Bundle.Args("true");
        container.Create().Succeeds();
        System.IO.Directory.GetFiles($"/proc/{container.Pid}/fd").Where(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture) > 2)
            .Select(Linux.Readlink).Should().OnlyContain(target => target.StartsWith("socket:") || target.StartsWith("anon_inode:"));
    }

    [Fact]
    public void A_startContainer_hook_has_only_its_pipes()
    {
        Container container = NewContainer("""{"hooks":{"startContainer":[{"path":"/bin/sh","args":["sh","-c","exit $(ls /proc/self/fd | wc -l)"]}]}}""");
        container.Bundle.Args("true");
        // Stdio and what ls lists with.
        container.Run().FailsWith("exit status 4");
    }
}
