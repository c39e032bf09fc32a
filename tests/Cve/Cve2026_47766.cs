using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// crun before 1.28 opened <c>/dev</c> of the root file system without confining the look-up: with a link in its place the
/// device nodes were made in a directory of the host. (crun 1.8.1 makes <c>null</c> there, in a user namespace.)
/// </summary>
/// <remarks>Seen to fall when <c>/dev</c> is looked up without confining it.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2026_47766 : ContainerTest
{
    [OcirunTheory("runc 1.1.5 makes the links of /dev on the host")]
    [InlineData("HOST", false)]
    [InlineData("../../../../../HOST", false)]
    [InlineData("HOST", true)]
    public void Device_nodes_are_made_inside_when_dev_is_a_link(string target, bool userNamespace)
    {
        string host = Directory + "/host";
        System.IO.Directory.CreateDirectory(host + "/sub");
        Command.Run("chmod", "-R", "777", host).Succeeds();
        Container container = NewContainer("""{"root":{"readonly":false},"linux":{"maskedPaths":[],"devices":[{"path":"/dev/sub/one","type":"c","major":1,"minor":5},{"path":"/dev/two","type":"p"}]},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}]}""");
        if (userNamespace)
        {
            container.Bundle.WithUserNamespace();
            // A node of the host would be bound: there is none of that name.
            container.Bundle.Patch("""{"linux":{"devices":null}}""");
        }

        System.IO.Directory.Delete(container.Bundle.Rootfs + "/dev");
        File.CreateSymbolicLink(container.Bundle.Rootfs + "/dev", target.Replace("HOST", host));
        container.Bundle.Args("true");
        container.Run();
        System.IO.Directory.GetFileSystemEntries(host).Should().Equal(host + "/sub");
        System.IO.Directory.GetFileSystemEntries(host + "/sub").Should().BeEmpty();
        NothingIsLeft();
    }
}
