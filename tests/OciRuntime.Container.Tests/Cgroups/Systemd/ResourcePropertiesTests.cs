using System;
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Container.Cgroups.Systemd;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.Systemd;

/// <summary>Limits as unit properties: the names and values that runc sends.</summary>
public sealed class ResourcePropertiesTests
{
    private static Dictionary<string, object> Convert(LinuxResources resources, bool unified = true, int version = 252) =>
        new ResourceProperties(unified, () => version).Convert(resources, setDevices: false).ToDictionary(property => property.Name, property => property.Value.Content);

    private static readonly LinuxResources Limits = new()
    {
        Memory = new LinuxMemory { Limit = 100, Swap = 300, Reservation = 50 },
        CPU = new LinuxCPU { Shares = 1024, Quota = 50_000, Period = 200_000, Cpus = "0-1,9", Mems = "0" },
        Pids = new LinuxPids { Limit = 9 },
        BlockIO = new LinuxBlockIO { Weight = 1000 },
    };

    [Fact]
    public void On_v2() => Convert(Limits).Should().BeEquivalentTo(new Dictionary<string, object>
    {
        ["MemoryMax"] = 100UL,
        ["MemoryLow"] = 50UL,
        ["MemorySwapMax"] = 200UL,
        ["CPUWeight"] = 100UL,
        ["CPUQuotaPeriodUSec"] = 200_000UL,
        ["CPUQuotaPerSecUSec"] = 250_000UL,
        ["AllowedCPUs"] = new byte[] { 3, 2 },
        ["AllowedMemoryNodes"] = new byte[] { 1 },
        ["IOWeight"] = 10_000UL,
        ["TasksMax"] = 9UL,
    });

    [Fact]
    public void On_v1() => Convert(Limits, unified: false).Should().BeEquivalentTo(new Dictionary<string, object>
    {
        ["MemoryLimit"] = 100UL,
        ["CPUShares"] = 1024UL,
        ["CPUQuotaPeriodUSec"] = 200_000UL,
        ["CPUQuotaPerSecUSec"] = 250_000UL,
        ["AllowedCPUs"] = new byte[] { 3, 2 },
        ["AllowedMemoryNodes"] = new byte[] { 1 },
        ["BlockIOWeight"] = 1000UL,
        ["TasksMax"] = 9UL,
    });

    [Fact]
    public void Nothing_gives_nothing() =>
        Convert(new LinuxResources { Memory = new(), CPU = new(), Pids = new(), BlockIO = new() }).Should().BeEmpty();

    [Fact]
    public void No_limit_is_infinity() => Convert(new LinuxResources
    {
        Memory = new LinuxMemory { Limit = -1 },
        CPU = new LinuxCPU { Quota = -1 },
        Pids = new LinuxPids { Limit = -1 },
    }).Should().BeEquivalentTo(new Dictionary<string, object>
    {
        ["MemoryMax"] = ulong.MaxValue,
        ["MemorySwapMax"] = ulong.MaxValue,
        ["CPUQuotaPerSecUSec"] = ulong.MaxValue,
        ["TasksMax"] = ulong.MaxValue,
    });

    [Theory]
    [InlineData(241, false, false, false)]
    [InlineData(242, true, false, false)]
    [InlineData(244, true, true, false)]
    [InlineData(252, true, true, true)]
    public void An_old_systemd_is_not_told_what_it_does_not_know(int version, bool period, bool cpuset, bool idle)
    {
        Dictionary<string, object> properties = Convert(Limits with { CPU = Limits.CPU! with { Idle = 1 } }, version: version);
        properties.ContainsKey("CPUQuotaPeriodUSec").Should().Be(period);
        properties.ContainsKey("AllowedCPUs").Should().Be(cpuset);
        properties["CPUWeight"].Should().Be(idle ? 0UL : 100UL);
    }

    [Fact]
    public void The_end_of_idleness_takes_the_weight_of_it_back() =>
        Convert(new LinuxResources { CPU = new LinuxCPU { Idle = 0 } }).Should().BeEquivalentTo(new Dictionary<string, object> { ["CPUWeight"] = ulong.MaxValue });

    [Theory]
    [InlineData(5123, 50_000UL, 110_000UL)]
    [InlineData(5000, 50_000UL, 100_000UL)]
    [InlineData(1, 0UL, 10_000UL)]
    [InlineData(long.MaxValue, 1000UL, 18446744073709550000UL)]
    public void A_quota_is_rounded_up_to_a_percent_of_a_cpu(long quota, ulong period, ulong perSecond)
    {
        List<SystemdProperty> properties = new ResourceProperties(true, () => 252)
            .Convert(new LinuxResources { CPU = new LinuxCPU { Quota = quota, Period = period } }, setDevices: false);
        properties.Single(property => property.Name == "CPUQuotaPerSecUSec").Value.Content.Should().Be(perSecond);
    }

    [Fact]
    public void Every_quota_becomes_the_next_whole_percent() => Prop.ForAll<long, uint>((any, length) =>
    {
        long quota = 1 + (any & (long.MaxValue >> 20));
        ulong period = 1000 + (length % 999_001);
        UInt128 perSecond = (ulong)Convert(new LinuxResources { CPU = new LinuxCPU { Quota = quota, Period = period } })["CPUQuotaPerSecUSec"];
        // As fractions with the same denominator: at least what was asked for, and less than a percent more.
        UInt128 asked = (UInt128)(ulong)quota * 1_000_000, given = perSecond * period;
        return perSecond % 10_000 == 0 && given >= asked && given - asked < (UInt128)10_000 * period;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(5123, 50_000UL, 5500)]
    [InlineData(5000, 50_000UL, 5000)]
    [InlineData(12_345, null, 13_000)]
    [InlineData(12_345, 0UL, 13_000)]
    [InlineData(250_001, 100_000UL, 251_000)]
    [InlineData(-1, 50_000UL, -1)]
    [InlineData(0, 50_000UL, 0)]
    [InlineData(null, 50_000UL, null)]
    public void The_kernel_is_told_the_quota_that_systemd_keeps(object? quota, ulong? period, object? kept)
    {
        static long? Long(object? number) => number is null ? null : System.Convert.ToInt64(number);
        ResourceProperties.InWholePercents(new LinuxResources { CPU = new LinuxCPU { Quota = Long(quota), Period = period, Shares = 2 } })
            .CPU.Should().Be(new LinuxCPU { Quota = Long(kept), Period = period, Shares = 2 });
    }

    [Fact]
    public void Every_quota_of_the_kernel_is_the_one_that_systemd_makes_of_its_own() => Prop.ForAll<long, uint>((any, length) =>
    {
        ulong period = 1000 + (length % 999_001);
        LinuxResources asked = new() { CPU = new LinuxCPU { Quota = 1 + (any & (long.MaxValue >> 20)), Period = period } };
        LinuxResources rounded = ResourceProperties.InWholePercents(asked);
        // As cgroup_apply_unified_cpu_quota of systemd's src/core/cgroup.c reckons.
        UInt128 ofSystemd = (UInt128)(ulong)Convert(asked)["CPUQuotaPerSecUSec"] * period / 1_000_000;
        return (UInt128)(ulong)rounded.CPU!.Quota! == ofSystemd && rounded.CPU.Quota >= asked.CPU.Quota
            && ResourceProperties.InWholePercents(rounded).CPU!.Quota == rounded.CPU.Quota;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("1", 253, "kill")]
    [InlineData("0\n", 253, "continue")]
    [InlineData("1", 252, null)]
    [InlineData("2", 253, null)]
    [InlineData(null, 253, null)]
    public void What_a_kill_for_want_of_memory_ends_is_told_to_a_systemd_that_decides_it(string? value, int version, string? policy)
    {
        Dictionary<string, string> unified = value is null ? [] : new() { ["memory.oom.group"] = value };
        SystemdProperty? property = ResourceProperties.OutOfMemoryPolicy(new LinuxResources { Unified = unified }, () => version);
        property.Should().Be(policy is null ? null : new SystemdProperty("OOMPolicy", DBusValue.Of(policy)));
    }

    [Fact]
    public void Every_list_becomes_its_bits() => Prop.ForAll<NonEmptyArray<ushort>>(any =>
    {
        // Single numbers and ranges, in any order, some of them twice.
        var ranges = any.Get.Select((number, i) => (First: number % 1024, Last: (number % 1024) + (i % 5))).ToArray();
        byte[] bits = ResourceProperties.Bits(string.Join(',', ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}")), "cpus");
        return Enumerable.Range(0, bits.Length * 8).All(number =>
            ((bits[number / 8] >> (number % 8)) & 1) == (ranges.Any(range => number >= range.First && number <= range.Last) ? 1 : 0))
            && bits.Length == (ranges.Max(range => range.Last) / 8) + 1;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Unified_files_with_a_property_become_it() => Convert(new LinuxResources
    {
        Unified = new Dictionary<string, string>
        {
            ["memory.high"] = "5\n",
            ["memory.max"] = "max",
            ["memory.min"] = "1",
            ["memory.low"] = "2",
            ["memory.swap.max"] = "3",
            ["cpu.max"] = "20000 100000",
            ["cpu.weight"] = "7",
            ["cpuset.cpus"] = "1",
            ["cpuset.mems"] = "0",
            ["pids.max"] = "0",
            ["io.max"] = "8:0 rbps=1",
        },
    }).Should().BeEquivalentTo(new Dictionary<string, object>
    {
        ["MemoryHigh"] = 5UL,
        ["MemoryMax"] = ulong.MaxValue,
        ["MemoryMin"] = 1UL,
        ["MemoryLow"] = 2UL,
        ["MemorySwapMax"] = 3UL,
        ["CPUQuotaPerSecUSec"] = 200_000UL,
        ["CPUQuotaPeriodUSec"] = 100_000UL,
        ["CPUWeight"] = 7UL,
        ["AllowedCPUs"] = new byte[] { 2 },
        ["AllowedMemoryNodes"] = new byte[] { 1 },
        ["TasksMax"] = 1UL,
    });

    [Theory]
    [InlineData("memory.max", "many")]
    [InlineData("cpu.max", "1 2 3")]
    [InlineData("cpuset.cpus", "x")]
    [InlineData("cpuset.cpus", "3-1")]
    [InlineData("cpuset.cpus", "")]
    public void Unified_values_that_make_no_sense_are_errors(string file, string value) =>
        FluentActions.Invoking(() => Convert(new LinuxResources { Unified = new Dictionary<string, string> { [file] = value } }))
            .Should().Throw<ContainerException>().WithMessage($"linux.resources.unified[\"{file}\"]: *");

    [Fact]
    public void Devices_are_a_strict_list()
    {
        List<SystemdProperty> properties = new ResourceProperties(true, () => 252).Convert(
            new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }, new LinuxDeviceCgroup { Allow = true, Type = "b", Major = 8, Access = "r" }] },
            setDevices: true);
        properties.Select(property => property.Name).Should().Equal("DeviceAllow", "DevicePolicy", "DeviceAllow");
        properties[0].Value.Content.As<IReadOnlyList<object>>().Should().BeEmpty();
        properties[1].Value.Should().Be(DBusValue.Of("strict"));
        properties[2].Value.Content.As<IReadOnlyList<object>>().Select(entry => string.Join(' ', (IReadOnlyList<object>)entry))
            .Should().Contain(["block-8 r", "/dev/char/1:3 rwm", "char-* m", "char-136 rwm"]);
    }

    [Theory]
    [InlineData(true, false, "auto")]
    [InlineData(true, true, "auto")]
    [InlineData(false, false, "auto")]
    [InlineData(false, true, "strict")]
    public void A_list_that_allows_by_default_is_auto_unless_that_would_allow_more(bool unified, bool exception, string policy)
    {
        List<LinuxDeviceCgroup> devices = [new LinuxDeviceCgroup { Allow = true, Access = "rwm" }];
        if (exception)
            devices.Add(new LinuxDeviceCgroup { Allow = false, Type = "b", Major = 8, Minor = 0, Access = "rwm" });
        new ResourceProperties(unified, () => 252).Convert(new LinuxResources { Devices = devices }, setDevices: true)
            .Single(property => property.Name == "DevicePolicy").Value.Should().Be(DBusValue.Of(policy));
    }

    [Theory]
    [InlineData(true, "auto", 1)]
    [InlineData(false, "strict", 2)]
    public void A_rule_that_it_has_no_words_for_is_left_to_the_runtimes_program(bool unified, string policy, int lists)
    {
        List<SystemdProperty> properties = new ResourceProperties(unified, () => 252).Convert(
            new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = true, Type = "c", Minor = 229, Access = "rw" }] }, setDevices: true);
        properties.Single(property => property.Name == "DevicePolicy").Value.Should().Be(DBusValue.Of(policy));
        properties.Where(property => property.Name == "DeviceAllow").Should().HaveCount(lists);
    }
}
