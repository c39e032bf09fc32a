using System;
using System.Linq;
using System.Reflection;
using FluentAssertions;
using OciRuntime.Cli.Commands;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Process;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Cli.Tests;

/// <summary>What <c>features</c> claims.</summary>
public sealed class FeaturesTests
{
    private static readonly Features Report = FeaturesCommand.Report();

    [Fact]
    public void The_lists_are_those_that_engines_read()
    {
        Report.OciVersionMin.Should().Be("1.0.0");
        Report.MountOptions.Should().Contain(["bind", "rro", "tmpcopyup"]).And.BeInAscendingOrder(string.CompareOrdinal);
        Report.Linux!.Namespaces.Should().Equal("cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts");
        Report.Linux.Capabilities.Should().HaveCount(41).And.OnlyHaveUniqueItems();
        Report.Linux.Seccomp!.Actions.Should().Contain("SCMP_ACT_NOTIFY");
        Report.Linux.Seccomp.SupportedFlags.Should().BeSubsetOf(Report.Linux.Seccomp.KnownFlags);
    }

    [Fact]
    public void Every_hook_of_the_specification_is_listed() =>
        Report.Hooks.Should().BeEquivalentTo(typeof(Hooks).GetProperties()
            .Select(property => char.ToLowerInvariant(property.Name[0]) + property.Name[1..]));

    [Fact]
    public void Annotations_that_change_what_the_runtime_does_are_named_as_by_runc() =>
        Report.PotentiallyUnsafeConfigAnnotations.Should().Equal("org.systemd.property.", "org.criu.config");

    // features is never a second list: each of these is asked of what a container is made with, here of its types.
    [Fact]
    public void There_is_a_driver_for_each_kind_of_cgroup_that_is_claimed()
    {
        string[] drivers = typeof(ICgroup).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(ICgroup))).Select(type => type.Name).ToArray();
        FeaturesCgroup cgroup = Report.Linux!.Cgroup!;
        drivers.Contains("V1Cgroup").Should().Be(cgroup.V1!.Value);
        drivers.Contains("V2Cgroup").Should().Be(cgroup.V2!.Value);
        drivers.Contains("SystemdCgroup").Should().Be(cgroup.Systemd!.Value).And.Be(cgroup.SystemdUser!.Value);
    }

    [Fact]
    public void No_property_of_the_specification_is_left_out()
    {
        static void Complete(object part)
        {
            foreach (PropertyInfo property in part.GetType().GetProperties())
            {
                object? value = property.GetValue(part);
                value.Should().NotBeNull($"{part.GetType().Name}.{property.Name} says what there is");
                if (value!.GetType().Namespace == typeof(Features).Namespace)
                    Complete(value);
            }
        }

        Complete(Report);
    }

    [Fact]
    public void Both_versions_are_accepted()
    {
        SpecVersion.Validate(Report.OciVersionMin).Should().BeNull();
        SpecVersion.Validate(Report.OciVersionMax).Should().BeNull();
        Version.Parse(Report.OciVersionMax.Split('-')[0]).Should().BeGreaterThanOrEqualTo(Version.Parse(Report.OciVersionMin.Split('-')[0]));
    }

    [Fact]
    public void What_is_listed_is_recognized()
    {
        FeaturesLinux features = Report.Linux!;
        foreach (string name in features.Capabilities!)
            Capability.Bit(name).Should().NotBe(0, name);
        FeaturesSeccomp seccomp = features.Seccomp!;
        var all = new Config
        {
            OciVersion = Report.OciVersionMax,
            Linux = new Spec.Linux
            {
                Namespaces = features.Namespaces!.Select(name => new LinuxNamespace { Type = name, Path = "/ns" }).ToArray(),
                Seccomp = new LinuxSeccomp
                {
                    DefaultAction = "SCMP_ACT_ERRNO",
                    Architectures = seccomp.Archs,
                    Flags = seccomp.KnownFlags,
                    ListenerPath = "/agent",
                    Syscalls = seccomp.Actions!.SelectMany(action => seccomp.Operators!.Select(op => new LinuxSyscall
                    {
                        Names = ["chdir"],
                        Action = action,
                        Args = [new LinuxSeccompArg { Index = 0, Value = 1, Op = op }],
                    })).ToArray(),
                },
            },
        };
        Problems(all).Should().BeEmpty();
        foreach (string mode in features.MemoryPolicy!.Modes!)
        {
            string? nodes = mode is "MPOL_DEFAULT" or "MPOL_LOCAL" ? null : "0";
            Problems(new Config { Linux = new Spec.Linux { MemoryPolicy = new LinuxMemoryPolicy { Mode = mode, Nodes = nodes } } }).Should().BeEmpty();
        }
        foreach (string flag in features.MemoryPolicy.Flags!)
            Problems(new Config { Linux = new Spec.Linux { MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_BIND", Nodes = "0", Flags = [flag] } } }).Should().BeEmpty();
    }

    // Not those of the rest of the config, which is missing.
    private static string[] Problems(Config config) =>
        ConfigValidator.Validate(config).Select(problem => problem.ToString()).Where(text => text.StartsWith("linux.", StringComparison.Ordinal)).ToArray();

    [Fact]
    public void What_a_config_may_not_set_is_not_enabled()
    {
        static bool Accepts(Spec.Linux linux) => UnsupportedProperties.Find(new Config { Linux = linux }).Count == 0;
        Report.Linux!.IntelRdt!.Enabled.Should().Be(Accepts(new Spec.Linux { IntelRdt = new LinuxIntelRdt() }));
        (Report.Linux.MemoryPolicy is not null).Should().Be(Accepts(new Spec.Linux { MemoryPolicy = new LinuxMemoryPolicy() }));
    }
}
