using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// crun before 1.4.4 put the capabilities of <c>exec --cap</c>, and those of the config that <c>spec</c> writes, into the
/// inheritable set, too. An ordinary user then gets them from a program of the image with inheritable file capabilities.
/// </summary>
/// <remarks>Seen to fall when <c>exec --cap</c> adds to the inheritable set.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2022_27650 : ContainerTest
{
    [Fact]
    public void A_program_with_inheritable_file_capabilities_gains_nothing()
    {
        Container container = NewContainer("""{"process":{"noNewPrivileges":false,"user":{"uid":1000,"gid":1000},"capabilities":{"inheritable":[]}}}""");
        string program = container.Bundle.Rootfs + "/gain/busybox";
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/gain");
        ExecutableFile.Copy("/bin/busybox", program);
        Command.Run("setcap", "cap_net_admin,cap_kill+ei", program).Succeeds();
        container.Bundle.Args("sleep", "1000");
        container.Run("--detach").Succeeds();
        foreach (string user in new[] { "1000", "1000:1000" })
        {
            container.Command("exec", "--user", user, "--cap", "CAP_NET_ADMIN", container.Id, "/gain/busybox", "grep", "-E", "Cap(Inh|Prm|Eff|Amb)", "/proc/self/status")
                .Succeeds().Lines.Should().OnlyContain(line => line.EndsWith("\t0000000000000000"));
        }

        container.Command("exec", container.Id, "/gain/busybox", "grep", "-E", "Cap(Inh|Prm|Eff|Amb)", "/proc/self/status")
            .Succeeds().Lines.Should().OnlyContain(line => line.EndsWith("\t0000000000000000"));
    }

    [Fact]
    public void The_config_that_spec_writes_has_no_inheritable_capabilities()
    {
        Ocirun("spec", "--bundle", Directory).Succeeds();
        System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Directory + "/config.json"))!["process"]!["capabilities"]!["inheritable"]
            .Should().Match(set => set == null || ((System.Text.Json.Nodes.JsonArray)set).Count == 0);
    }
}
