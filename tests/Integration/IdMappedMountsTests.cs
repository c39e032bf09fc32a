using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>config.md, mounts: uidMappings, gidMappings, idmap and ridmap.</summary>
[Trait("Lane", "Integration")]
public sealed class IdMappedMountsTests : ContainerTest
{
    private const string RuncHasIt = "since runc 1.2";

    [OcirunFact(RuncHasIt)]
    public void Files_have_the_ids_of_the_mounts_maps_and_new_ones_the_disks()
    {
        Container container = With("""
            "options":["bind"],"uidMappings":[{"containerID":0,"hostID":1000,"size":10}],"gidMappings":[{"containerID":0,"hostID":2000,"size":10}]
            """);
        container.Bundle.Patch("""{"process":{"user":{"uid":1000,"gid":2000}}}""");
        container.RunScript("touch /data/new; stat -c %u:%g /data/file /data/new").Lines.Should().Equal("1000:2000", "1000:2000");
        Owner("new").Should().Be("0:0");
    }

    [OcirunTheory(RuncHasIt)]
    [InlineData("idmap")]
    [InlineData("ridmap")]
    public void Without_maps_they_are_the_containers(string option)
    {
        Container container = With($""" "options":["rbind","{option}"]""");
        container.Bundle.WithUserNamespace();
        container.RunScript("stat -c %u:%g /data/file; touch /data/new").Stdout.Should().Be("0:0\n");
        Owner("new").Should().Be("0:0");
    }

    [OcirunTheory(RuncHasIt)]
    [InlineData("idmap")]
    [InlineData("ridmap")]
    public void Maps_may_differ_from_the_containers(string option)
    {
        Container container = With($$"""
            "options":["bind","{{option}}"],"uidMappings":[{"containerID":0,"hostID":100005,"size":10}],"gidMappings":[{"containerID":0,"hostID":100006,"size":10}]
            """);
        container.Bundle.WithUserNamespace();
        container.RunScript("stat -c %u:%g /data/file").Stdout.Should().Be("5:6\n");
    }

    [OcirunTheory(RuncHasIt)]
    [InlineData("idmap")]
    [InlineData("ridmap")]
    public void A_joined_user_namespace_lends_its_maps(string option)
    {
        Container first = NewContainer(bundle: NewBundle("first").WithUserNamespace());
        first.Bundle.Args("sleep", "1000");
        first.Create().Succeeds();
        Container container = With($""" "options":["bind","{option}"]""");
        container.Bundle.WithUserNamespace();
        container.Bundle.WithNamespace("user", $"/proc/{first.Pid}/ns/user");
        container.Bundle.Patch("""{"linux":{"uidMappings":null,"gidMappings":null}}""");
        container.RunScript("stat -c %u:%g /data/file").Stdout.Should().Be("0:0\n");
    }

    [OcirunTheory(RuncHasIt)]
    [InlineData("idmap", "1000", "0")]
    [InlineData("ridmap", "1000", "1000")]
    public void Mounts_below_are_mapped_with_ridmap_only(string option, string top, string below)
    {
        // In a mount namespace of the test's own: the source gets a mount below it.
        Container container = With($$"""
            "options":["rbind","{{option}}"],"uidMappings":[{"containerID":0,"hostID":1000,"size":10}],"gidMappings":[{"containerID":0,"hostID":1000,"size":10}]
            """);
        string path = Path.Combine(Directory, "source", "below");
        System.IO.Directory.CreateDirectory(path);
        container.Bundle.Script("stat -c %u /data /data/below");
        container.Bundle.Write();
        Command.Run("unshare", ["-m", "sh", "-c", $"mount -t tmpfs tmpfs {path} && exec {container.Runtime.Path} --root {Root} run --bundle {container.Bundle.Directory} {container.Id}"])
            .Succeeds().Lines.Should().Equal(top, below);
    }

    [OcirunFact(RuncHasIt)]
    public void File_system_that_cannot_is_an_error()
    {
        Container container = NewContainer("""
            {"mounts":[{"destination":"/proc","type":"proc","source":"proc"},{"destination":"/data","source":"/proc","options":["bind","idmap"],
            "uidMappings":[{"containerID":0,"hostID":1000,"size":10}],"gidMappings":[{"containerID":0,"hostID":1000,"size":10}]}]}
            """);
        container.Create().FailsWith("mount_setattr(MOUNT_ATTR_IDMAP): invalid argument; the source's file system");
        NothingIsLeft();
    }

    private Container With(string mount)
    {
        string source = Path.Combine(Directory, "source");
        System.IO.Directory.CreateDirectory(source);
        File.WriteAllText(Path.Combine(source, "file"), "");
        return NewContainer($$"""
            {"mounts":[{"destination":"/proc","type":"proc","source":"proc"},{"destination":"/dev","type":"tmpfs","source":"tmpfs"},
            {"destination":"/data","source":"{{source}}",{{mount}} }],"root":{"readonly":false} }
            """);
    }

    private string Owner(string file) => Command.Run("stat", "-c", "%u:%g", Path.Combine(Directory, "source", file)).Succeeds().Stdout.Trim();
}
