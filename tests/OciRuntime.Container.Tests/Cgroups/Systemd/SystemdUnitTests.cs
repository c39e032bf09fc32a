using FluentAssertions;
using OciRuntime.Container.Cgroups.Systemd;
using OciRuntime.Container.Errors;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.Systemd;

/// <summary>Names of scopes and slices.</summary>
public sealed class SystemdUnitTests
{
    [Theory]
    [InlineData(null, "ocirun-id.scope", "")]
    [InlineData("", "ocirun-id.scope", "")]
    [InlineData("system.slice:docker:1234", "docker-1234.scope", "system.slice")]
    [InlineData(":libpod:1234", "libpod-1234.scope", "")]
    [InlineData("kubepods-burstable-pod1_2.slice:cri-containerd:ab", "cri-containerd-ab.scope", "kubepods-burstable-pod1_2.slice")]
    [InlineData("-.slice:a:b", "a-b.scope", "-.slice")]
    public void The_path_names_slice_prefix_and_scope(string? path, string name, string slice) =>
        SystemdUnit.From("id", path).Should().Be(new SystemdUnit(name, slice));

    [Theory]
    [InlineData("/a/b", "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"/a/b\" instead")]
    [InlineData("a.slice:b", "expected cgroupsPath to be of format*")]
    [InlineData("a.slice:b:c:d", "expected cgroupsPath to be of format*")]
    [InlineData("a:b:c", "linux.cgroupsPath: invalid slice name: a")]
    [InlineData("a.slice:b:", "*\"\" cannot be a scope's name")]
    [InlineData("a.slice:b:c.slice", "*\"c.slice\" cannot be a scope's name")]
    [InlineData("a.slice:b:../c", "*\"../c\" cannot be a scope's name")]
    public void Other_paths_are_errors(string path, string message) =>
        FluentActions.Invoking(() => SystemdUnit.From("id", path)).Should().Throw<ContainerException>().WithMessage(message);

    [Theory]
    [InlineData("a.slice", "/a.slice")]
    [InlineData("a-b.slice", "/a.slice/a-b.slice")]
    [InlineData("a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice")]
    [InlineData("-.slice", "")]
    public void A_dash_is_a_level(string slice, string path) => SystemdUnit.PathOf(slice).Should().Be(path);

    [Theory]
    [InlineData(".slice")]
    [InlineData("a")]
    [InlineData("a.scope")]
    [InlineData("a--b.slice")]
    [InlineData("-a.slice")]
    [InlineData("a-.slice")]
    [InlineData("--.slice")]
    [InlineData("../a.slice")]
    [InlineData("a/b.slice")]
    public void Other_names_are_no_slices(string slice) =>
        FluentActions.Invoking(() => SystemdUnit.PathOf(slice)).Should().Throw<ContainerException>().WithMessage("*invalid slice name*");

    [Theory]
    [InlineData("252.38-1~deb12u1", 252)]
    [InlineData("v245.4-1.fc32", 245)]
    [InlineData("\"v239\"", 239)]
    [InlineData("257", 257)]
    public void A_version_is_its_first_number(string text, int version) => SystemdManager.ParseVersion(text).Should().Be(version);
}
