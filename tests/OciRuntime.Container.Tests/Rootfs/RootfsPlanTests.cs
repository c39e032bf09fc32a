using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Rootfs;
using OciRuntime.Container.Tests.SafePath;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Rootfs;

public sealed class RootfsPlanTests : IDisposable
{
    private readonly TemporaryDirectory _bundle = new();
    private readonly List<string> _warnings = [];

    public RootfsPlanTests() => Directory.CreateDirectory(_bundle["rootfs"]);

    public void Dispose() => _bundle.Dispose();

    [Theory]
    [InlineData("rootfs")]
    [InlineData("./rootfs/")]
    [InlineData("x/../rootfs")]
    public void TheRootCountsFromTheBundle(string path)
    {
        using RootfsPlan plan = Build(new Config { Root = new Root { Path = path } });
        plan.Root.Should().Be(_bundle["rootfs"]);
    }

    [Fact]
    public void AMissingRootIsAnError() =>
        Error(new Config { Root = new Root { Path = "nope" } }).Should()
            .StartWith($"invalid rootfs: stat {_bundle["nope"]}: no such file or directory");

    [Fact]
    public void AFileIsNoRoot()
    {
        File.WriteAllText(_bundle["file"], "");
        Error(new Config { Root = new Root { Path = "file" } }).Should().StartWith($"invalid rootfs: stat {_bundle["file"]}: not a directory");
    }

    [Fact]
    public void InAUserNamespaceAMissingSourceIsAnErrorBeforeThereIsAChild() =>
        Error(new Config
        {
            Root = new Root { Path = "rootfs" },
            Mounts = [new Mount { Destination = "/data", Source = "/nope", Options = ["rbind", "rprivate"] }],
            Linux = new Spec.Linux { Namespaces = Namespaces("mount", "user") },
        }).Should().Be("mount \"/nope\" on \"/data\" (mounts[0]): open_tree /nope: no such file or directory");

    [Theory]
    [InlineData("tmpcopyup", "mounts[0].options: \"tmpcopyup\" needs \"type\": \"tmpfs\"")]
    [InlineData("idmap", "mounts[0]: only a bind mount can be id-mapped")]
    [InlineData("ridmap=uids=0-1-10", "mounts[0].options: idmap takes no value: use uidMappings and gidMappings")]
    [InlineData("ro", "mounts[0].type is missing, and the options have neither \"bind\" nor \"rbind\"")]
    public void OptionsThatCannotBeFollowed(string option, string error) =>
        Error(new Mount { Destination = "/data", Source = "/", Options = [option, "sizze=3"] }).Should().Be(error);

    [Theory]
    [InlineData("/", "proc", "nothing can be mounted on / itself")]
    [InlineData("/x/..", "tmpfs", "nothing can be mounted on / itself")]
    [InlineData("/proc", "tmpfs", "\"/proc\" cannot be mounted because it is not of type proc")]
    [InlineData("/proc/../proc/", "tmpfs", "\"/proc\" cannot be mounted because it is not of type proc")]
    [InlineData("/proc/sys", "proc", "\"/proc/sys\" cannot be mounted because it is inside /proc")]
    public void DestinationsThatAreRefused(string destination, string type, string error) =>
        Error(new Mount { Destination = destination, Type = type, Source = type }).Should().Contain(error);

    [Theory]
    [InlineData("/proc/meminfo", "/dev/null")]
    [InlineData("/proc", "/proc")]
    public void WhatMayBeBoundIntoProc(string destination, string source)
    {
        using RootfsPlan plan = Build(WithMounts(new Mount { Destination = destination, Source = source, Options = ["bind"] }));
        plan.Mounts.Should().ContainSingle();
    }

    [Fact]
    public void SomethingElseBoundOntoProcIsRefused() =>
        Error(new Config
        {
            Root = new Root { Path = "rootfs" },
            Mounts = [new Mount { Destination = "/proc", Source = "/tmp", Options = ["bind"] }],
            Linux = new Spec.Linux { Namespaces = Namespaces("mount", "user") },
        }).Should().Contain("because it is not of type proc");

    [Fact]
    public void ARelativeDestinationIsAWarning()
    {
        using RootfsPlan plan = Build(WithMounts(new Mount { Destination = "tmp", Type = "tmpfs" }));
        plan.Mounts.Single().Point.Destination.Should().Be("/tmp");
        _warnings.Should().ContainSingle().Which.Should().Contain("mounts[0].destination");
    }

    [Fact]
    public void RelativeSourcesCountFromTheBundle()
    {
        Directory.CreateDirectory(_bundle["data"]);
        using RootfsPlan plan = Build(WithMounts(new Mount { Destination = "/data", Source = "data", Options = ["bind", "sync"] }));
        plan.Mounts.Single().Point.Source.Should().Be(_bundle["data"]);
        _warnings.Should().ContainSingle().Which.Should().Contain("no effect on a bind mount");
    }

    [Theory]
    [InlineData("sahred", "linux.rootfsPropagation: rootfsPropagation=sahred is not supported")]
    [InlineData("ro", "linux.rootfsPropagation: rootfsPropagation=ro is not supported")]
    public void UnknownPropagation(string value, string error) =>
        Error(WithLinux(new Spec.Linux { RootfsPropagation = value, Namespaces = Namespaces("mount") })).Should().StartWith(error);

    [Theory]
    [InlineData("", 1u << 19)]
    [InlineData("rslave", 1u << 19)]
    [InlineData("rprivate", 1u << 18)]
    [InlineData("rshared", 0u)]
    [InlineData("unbindable", 1u << 19)]
    public void PropagationOfBindMounts(string value, uint flag)
    {
        using RootfsPlan plan = Build(WithLinux(new Spec.Linux { RootfsPropagation = value, Namespaces = Namespaces("mount") }));
        plan.BindPropagation.Should().Be(flag);
    }

    [Fact]
    public void RelativeMaskedPathsAreRefused() =>
        Error(WithLinux(new Spec.Linux { MaskedPaths = ["/ok", "proc/x"], Namespaces = Namespaces("mount") })).Should()
            .Be("linux.maskedPaths[1]: \"proc/x\" is not absolute");

    [Fact]
    public void MaskedPathsAreOnlyOnceMasked()
    {
        using RootfsPlan plan = Build(WithLinux(new Spec.Linux { MaskedPaths = ["/a", "/b/../a", "/a/"], Namespaces = Namespaces("mount") }));
        plan.MaskedPaths.Should().ContainSingle();
    }

    [Theory]
    [InlineData("pid", true)]
    [InlineData("mount", false)]
    public void MountsWithoutAMountNamespaceAreTheHosts(string type, bool expected)
    {
        using RootfsPlan plan = Build(new Config
        {
            Root = new Root { Path = "rootfs" },
            Mounts = [new Mount { Destination = "/tmp", Type = "tmpfs" }],
            Linux = new Spec.Linux { Namespaces = Namespaces(type) },
        });
        plan.MountsInHostNamespace.Should().Be(expected);
    }

    [Fact]
    public void PrivatePropagationIsNotSafeWithoutPivotRoot()
    {
        Config config = WithLinux(new Spec.Linux { RootfsPropagation = "rprivate", Namespaces = Namespaces("mount") });
        Action build = () => RootfsPlan.Build(config, _bundle.Path, new RootfsPlanOptions { NoPivot = true, Warn = _warnings.Add }).Dispose();
        build.Should().Throw<ContainerException>().WithMessage("rootfsPropagation of [r]private is not safe without pivot_root");
    }

    [Theory]
    [InlineData("x", "/dev/x", 1L, 1L, "linux.devices[0].type: \"x\" is not c, b, u or p")]
    [InlineData("c", "dev/x", 1L, 1L, "linux.devices[0].path: \"dev/x\" is not an absolute path of a file")]
    [InlineData("c", "/", 1L, 1L, "linux.devices[0].path: \"/\" is not an absolute path of a file")]
    [InlineData("c", "/dev/x", 5000L, 1L, "linux.devices[0].major: 5000 is not a device number (0 to 4095)")]
    [InlineData("b", "/dev/x", 1L, -1L, "linux.devices[0].minor: -1 is not a device number (0 to 1048575)")]
    [InlineData("b", "/dev/x", null, 1L, "linux.devices[0].major is missing")]
    public void BadDevices(string type, string path, long? major, long? minor, string error) =>
        Error(WithLinux(new Spec.Linux { Devices = [new LinuxDevice { Type = type, Path = path, Major = major, Minor = minor }] })).Should().Be(error);

    [Fact]
    public void NothingIsMadeInADevOfTheHosts()
    {
        using RootfsPlan plan = Build(WithMounts(new Mount { Destination = "/dev/", Source = "/dev", Options = ["rbind"] }));
        plan.Devices.Should().BeNull();
    }

    private static LinuxNamespace[] Namespaces(params string[] types) => [.. types.Select(type => new LinuxNamespace { Type = type })];

    private static Config WithMounts(params Mount[] mounts) => new()
    {
        Root = new Root { Path = "rootfs" },
        Mounts = mounts,
        Linux = new Spec.Linux { Namespaces = Namespaces("mount") },
    };

    private static Config WithLinux(Spec.Linux linux) => new() { Root = new Root { Path = "rootfs" }, Linux = linux };

    private RootfsPlan Build(Config config) => RootfsPlan.Build(config, _bundle.Path, new RootfsPlanOptions { Warn = _warnings.Add });

    private string Error(Mount mount) => Error(WithMounts(mount));

    private string Error(Config config)
    {
        Action build = () => Build(config).Dispose();
        return build.Should().Throw<ContainerException>().Which.Message;
    }
}
