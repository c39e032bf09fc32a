using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

/// <summary>config-linux.md, "Cgroup ownership": whose a config makes its cgroup.</summary>
public sealed class CgroupOwnershipTests
{
    private static readonly LinuxIDMapping[] s_mappings =
        [new() { ContainerID = 0, HostID = 100000, Size = 10 }, new() { ContainerID = 10, HostID = 5, Size = 1 }];

    private static Config Config(
        string? cgroupNamespace = "", string? userNamespace = "", uint uid = 0, string source = "cgroup", string destination = "/sys/fs/cgroup", string[]? options = null)
    {
        LinuxNamespace[] cgroup = cgroupNamespace is null ? [] : [new() { Type = "cgroup", Path = cgroupNamespace }];
        LinuxNamespace[] user = userNamespace is null ? [] : [new() { Type = "user", Path = userNamespace }];
        return new()
        {
            Process = new Spec.Process { User = new User { UID = uid } },
            Mounts = [new Mount { Destination = "/proc", Type = "proc" }, new Mount { Destination = destination, Type = "cgroup", Source = source, Options = options }],
            Linux = new Spec.Linux { Namespaces = [.. cgroup, .. user], UIDMappings = userNamespace == "" ? s_mappings : null },
        };
    }

    [Theory]
    [InlineData(0, 100000)]
    [InlineData(3, 100003)]
    [InlineData(10, 5)]
    public void It_is_the_host_id_of_the_user(uint uid, uint owner) => CgroupOwnership.Of(Config(uid: uid)).Should().Be(owner);

    [Fact]
    public void Without_a_user_namespace_the_ids_are_the_hosts() => CgroupOwnership.Of(Config(userNamespace: null, uid: 7)).Should().Be(7);

    [Fact]
    public void Ids_of_a_joined_user_namespace_are_unknown() => CgroupOwnership.Of(Config(userNamespace: "/proc/1/ns/user")).Should().BeNull();

    [Theory]
    [InlineData(null)]
    [InlineData("/proc/1/ns/cgroup")]
    public void Without_a_new_cgroup_namespace_it_stays(string? cgroupNamespace) => CgroupOwnership.Of(Config(cgroupNamespace)).Should().BeNull();

    [Theory]
    [InlineData("cgroup", "/sys/fs/cgroup", true)]
    [InlineData("cgroup2", "/sys/fs/cgroup", false)]
    [InlineData("cgroup", "/cgroup", false)]
    public void Without_a_writable_mount_of_the_cgroups_it_stays(string source, string destination, bool isReadonly) =>
        CgroupOwnership.Of(Config(source: source, destination: destination, options: isReadonly ? ["nosuid", "ro"] : ["nosuid"])).Should().BeNull();

    [Fact]
    public void Without_mounts_it_stays() => CgroupOwnership.Of(Config() with { Mounts = null }).Should().BeNull();
}
