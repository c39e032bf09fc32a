using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>A container in a user namespace gets a writable view of the host's cgroups.</summary>
/// <remarks>Seen to fall when the mount does not get the flags of the config.</remarks>
[Trait("Lane", "Integration")]
public sealed class Cve2023_25809 : ContainerTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_cgroups_stay_read_only_in_a_user_namespace(bool cgroupNamespace)
    {
        Container container = NewContainer();
        container.Bundle.WithUserNamespace();
        if (cgroupNamespace)
            container.Bundle.WithNamespace("cgroup");
        container.Bundle.Append("mounts", """{"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup","options":["nosuid","noexec","nodev","relatime","ro"]}""");
        CommandResult result = container.RunScript("""
            for d in /sys/fs/cgroup /sys/fs/cgroup/*; do
                [ -d $d ] && mkdir $d/attack && echo made in $d
            done
            grep -E ' - cgroup2? ' /proc/self/mountinfo | cut -d' ' -f6 | cut -d, -f1 | sort -u
            """);
        result.Stdout.Should().Be("ro\n");
    }
}
