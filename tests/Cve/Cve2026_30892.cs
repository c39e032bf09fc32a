using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// crun 1.19 to 1.26 took <c>exec --user 1</c>, an id without a group, for user 0: the process was root.
/// </summary>
/// <remarks>Seen to fall when an id without a group is 0.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2026_30892 : ContainerTest
{
    [Fact]
    public void A_user_without_a_group_is_that_user()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        foreach ((string user, string ids) in new[] { ("1", "1 0"), ("1000", "1000 0"), ("2:3", "2 3"), ("2147483647", "2147483647 0"), ("0", "0 0") })
            container.Command("exec", "--user", user, container.Id, "sh", "-c", "echo $(id -u) $(id -g)").Succeeds().Stdout.Should().Be(ids + "\n");
    }

    [OcirunFact("runc 1.1.5 takes 4294967296 for an id")]
    public void What_is_no_id_is_nobody()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        foreach (string user in new[] { "-1", "4294967295", "4294967296", "1x", "x", "root", ":", "1:", ":1", "1:2:3", " 1", "1 ", "+1", "0x1", "1:-1", "1:4294967296" })
            container.Command("exec", "--user", user, container.Id, "sh", "-c", "echo started").ExitsWith(255).Stdout.Should().BeEmpty(user);
    }
}
