using System.Collections.Generic;
using FluentAssertions;
using OciRuntime.Container.Cgroups;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

/// <summary>What an update writes, and what it leaves for the next one.</summary>
public sealed class ResourcesUpdateTests
{
    private static readonly LinuxResources Present = new()
    {
        Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }],
        Memory = new LinuxMemory { Limit = 100, Swap = 200, Reservation = 50, Swappiness = 10 },
        CPU = new LinuxCPU { Shares = 512, Quota = 5000, Period = 10_000, Cpus = "0-1", Mems = "0" },
        Pids = new LinuxPids { Limit = 9 },
        BlockIO = new LinuxBlockIO
        {
            Weight = 100,
            WeightDevice = [new LinuxWeightDevice { Major = 8, Minor = 0, Weight = 20, LeafWeight = 30 }],
            ThrottleReadBpsDevice = [new LinuxThrottleDevice { Major = 8, Minor = 0, Rate = 1 }],
        },
        HugepageLimits = [new LinuxHugepageLimit { PageSize = "2MB", Limit = 1 }],
        Unified = new Dictionary<string, string> { ["memory.high"] = "1", ["cpu.max.burst"] = "2" },
    };

    [Fact]
    public void Nothing_changes_nothing()
    {
        ResourcesUpdate update = ResourcesUpdate.Of(Present, new LinuxResources { Memory = new(), CPU = new(), BlockIO = new(), Pids = new() });
        update.Merged.Should().BeEquivalentTo(Present);
        update.ToApply.Should().BeEquivalentTo(new LinuxResources { Memory = new(), CPU = new(), BlockIO = new(), Pids = new() });
    }

    [Fact]
    public void A_container_without_limits_gets_the_updates()
    {
        ResourcesUpdate update = ResourcesUpdate.Of(new LinuxResources(), Present);
        update.Merged.Should().BeEquivalentTo(Present);
        update.ToApply.Should().BeEquivalentTo(Present);
    }

    [Fact]
    public void Memory_and_swap_go_together()
    {
        ResourcesUpdate.Of(Present, new LinuxResources { Memory = new LinuxMemory { Swap = 300 } }).ToApply.Memory
            .Should().Be(new LinuxMemory { Limit = 100, Swap = 300 });
        ResourcesUpdate.Of(Present, new LinuxResources { Memory = new LinuxMemory { Limit = 150 } }).ToApply.Memory
            .Should().Be(new LinuxMemory { Limit = 150, Swap = 200 });
        ResourcesUpdate.Of(Present, new LinuxResources { Memory = new LinuxMemory { Reservation = 1, Swap = 0 } }).ToApply.Memory
            .Should().Be(new LinuxMemory { Reservation = 1, Swap = 0 });
    }

    [Fact]
    public void Memory_without_a_limit_means_swap_without_one()
    {
        ResourcesUpdate update = ResourcesUpdate.Of(Present, new LinuxResources { Memory = new LinuxMemory { Limit = -1 } });
        update.ToApply.Memory.Should().Be(new LinuxMemory { Limit = -1 });
        update.Merged.Memory.Should().Be(Present.Memory! with { Limit = -1, Swap = null });
    }

    [Fact]
    public void Quota_and_period_go_together()
    {
        ResourcesUpdate.Of(Present, new LinuxResources { CPU = new LinuxCPU { Quota = 700 } }).ToApply.CPU
            .Should().Be(new LinuxCPU { Quota = 700, Period = 10_000 });
        ResourcesUpdate.Of(Present, new LinuxResources { CPU = new LinuxCPU { Period = 20_000, Quota = 0 } }).ToApply.CPU
            .Should().Be(new LinuxCPU { Quota = 5000, Period = 20_000 });
        ResourcesUpdate.Of(Present, new LinuxResources { CPU = new LinuxCPU { Shares = 3, Cpus = "" } }).Merged.CPU
            .Should().Be(Present.CPU! with { Shares = 3 });
    }

    [Fact]
    public void Shares_come_back_with_the_end_of_idleness()
    {
        LinuxResources idle = new() { CPU = new LinuxCPU { Shares = 512, Idle = 1 } };
        ResourcesUpdate.Of(idle, new LinuxResources { CPU = new LinuxCPU { Idle = 0 } }).ToApply.CPU.Should().Be(new LinuxCPU { Shares = 512, Idle = 0 });
        ResourcesUpdate.Of(idle, new LinuxResources { CPU = new LinuxCPU { Idle = 0, Shares = 7 } }).ToApply.CPU.Should().Be(new LinuxCPU { Shares = 7, Idle = 0 });
        ResourcesUpdate.Of(Present, new LinuxResources { CPU = new LinuxCPU { Idle = 0 } }).ToApply.CPU.Should().Be(new LinuxCPU { Idle = 0 });
    }

    [Fact]
    public void Entries_for_the_same_thing_are_replaced_and_others_added()
    {
        LinuxResources merged = ResourcesUpdate.Of(Present, new LinuxResources
        {
            BlockIO = new LinuxBlockIO
            {
                WeightDevice = [new LinuxWeightDevice { Major = 8, Minor = 0, Weight = 40 }, new LinuxWeightDevice { Major = 8, Minor = 16, Weight = 50 }],
                ThrottleReadBpsDevice = [new LinuxThrottleDevice { Major = 8, Minor = 0, Rate = 2 }],
            },
            HugepageLimits = [new LinuxHugepageLimit { PageSize = "1GB", Limit = 3 }, new LinuxHugepageLimit { PageSize = "2MB", Limit = 2 }],
            Unified = new Dictionary<string, string> { ["memory.high"] = "5", ["memory.min"] = "6" },
        }).Merged;
        merged.BlockIO!.WeightDevice.Should().Equal(
            new LinuxWeightDevice { Major = 8, Minor = 0, Weight = 40, LeafWeight = 30 }, new LinuxWeightDevice { Major = 8, Minor = 16, Weight = 50 });
        merged.BlockIO.ThrottleReadBpsDevice.Should().Equal(new LinuxThrottleDevice { Major = 8, Minor = 0, Rate = 2 });
        merged.BlockIO.Weight.Should().Be(100);
        merged.HugepageLimits.Should().Equal(new LinuxHugepageLimit { PageSize = "2MB", Limit = 2 }, new LinuxHugepageLimit { PageSize = "1GB", Limit = 3 });
        merged.Unified.Should().BeEquivalentTo(new Dictionary<string, string> { ["memory.high"] = "5", ["cpu.max.burst"] = "2", ["memory.min"] = "6" });
    }

    [Fact]
    public void The_same_device_list_again_is_not_applied()
    {
        ResourcesUpdate.Of(Present, new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }] }).ToApply.Devices.Should().BeNull();
        ResourcesUpdate.Of(Present, new LinuxResources { Devices = [] }).ToApply.Devices.Should().BeNull();
        ResourcesUpdate other = ResourcesUpdate.Of(Present, new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = true }] });
        other.ToApply.Devices.Should().HaveCount(1);
        other.Merged.Devices.Should().Equal(other.ToApply.Devices);
    }
}
