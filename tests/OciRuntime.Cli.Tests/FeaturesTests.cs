using System.Linq;
using FluentAssertions;
using OciRuntime.Cli.Commands;
using OciRuntime.Container.Lifecycle;
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
    public void What_a_config_may_not_set_is_not_enabled()
    {
        static bool Accepts(Spec.Linux linux) => UnsupportedProperties.Find(new Config { Linux = linux }).Count == 0;
        Report.Linux!.IntelRdt!.Enabled.Should().Be(Accepts(new Spec.Linux { IntelRdt = new LinuxIntelRdt() }));
        (Report.Linux.MemoryPolicy is not null).Should().Be(Accepts(new Spec.Linux { MemoryPolicy = new LinuxMemoryPolicy() }));
    }
}
