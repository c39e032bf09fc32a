using System;
using System.IO;
using FluentAssertions;
using OciRuntime.Container.Namespaces;
using Xunit;

namespace OciRuntime.Container.Tests.Namespaces;

/// <summary>What a user is told whose mapping newuidmap or newgidmap has refused.</summary>
public sealed class SubordinateIdsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("subordinate-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string File(string name, string content)
    {
        string path = Path.Combine(_directory, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    [Theory]
    [InlineData("ann:100000:65536\n", "*gives ann 65536 from 100000: *")]
    [InlineData("bob:1:2\n1000:5:6\n", "*gives ann 6 from 5: *")]
    [InlineData("bob:100000:65536\n", "*has no range for ann: usermod --add-subuids 100000-165535 ann")]
    [InlineData("damaged\n:::\nann:1\n", "*has no range for ann: *")]
    public void The_ranges_of_the_user_are_told(string ranges, string advice) =>
        SubordinateIds.Advice(users: true, File("passwd", "root:x:0:0\nann:x:1000:1000::/:\n"), File("subuid", ranges), 1000).Should().Match(advice);

    [Fact]
    public void Without_the_files_the_user_is_a_number() =>
        SubordinateIds.Advice(users: false, _directory + "/none", _directory + "/subgid", 1000).Should()
            .Be(_directory + "/subgid has no range for 1000: usermod --add-subgids 100000-165535 1000");
}
