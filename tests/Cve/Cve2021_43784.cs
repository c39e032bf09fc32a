using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>
/// runc before 1.0.3 told its init of namespaces and id maps in netlink attributes with a length of 16 bits. In a path
/// or map of more than 64 KiB the length wrapped, and the rest was read as attributes: as other clone flags, for example,
/// without the user namespace. Here nothing is serialized for the init: it is a clone of the process that read the config.
/// </summary>
/// <remarks>
/// Seen to fall when a namespace's path is cut to the 16 bits of its length, and what is over may take the clone flags
/// away.
/// </remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2021_43784 : ContainerTest
{
    // NLA header of 8 bytes and type 27281, CLONE_FLAGS, with no flag at all: a container in the host's namespaces.
    private const string Attribute = "\\b\\u0000\\u0091j\\u0000\\u0000\\u0000\\u0000";

    [Theory]
    [InlineData(65536)]
    [InlineData(65528)]
    [InlineData(131072)]
    public void A_path_whose_length_wraps_is_no_attribute(int length)
    {
        // The byte NUL is refused for itself; an attribute without one shows what becomes of the length.
        foreach (string tail in new[] { Attribute, "////////" })
        {
            Container container = NewContainer();
            container.Bundle.WithUserNamespace().Script("readlink /proc/self/ns/user");
            container.Bundle.WithNamespace("network", "PATH").Write();
            File.WriteAllText(container.Bundle.ConfigPath, File.ReadAllText(container.Bundle.ConfigPath).Replace("\"PATH\"", $"\"/{new string('/', length - 1)}{tail}\""));
            container.Command("run", "--bundle", container.Bundle.Directory, container.Id).ExitsWith(1).Stdout.Should().BeEmpty();
        }

        NothingIsLeft();
    }

    [Fact]
    public void An_id_map_whose_length_wraps_is_an_error()
    {
        Container container = NewContainer();
        container.Bundle.WithUserNamespace().Script("cat /proc/self/uid_map");
        // 20 bytes a line: 64 KiB and a little more.
        string line = """{"containerID":CONTAINER,"hostID":HOST,"size":1}""";
        var map = new System.Text.StringBuilder("[");
        for (int i = 0; i < 3300; i++)
            map.Append(i == 0 ? "" : ",").Append(line.Replace("CONTAINER", $"{i}").Replace("HOST", $"{1000000 + (2 * i)}"));
        container.Bundle.Patch($$$"""{"linux":{"uidMappings":{{{map.Append(']')}}}}}""");
        container.Run().ExitsWith(1).Stdout.Should().BeEmpty();
        NothingIsLeft();
    }
}
