using System;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups;

public class ConversionsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1024, 100)]
    [InlineData(262_144, 10_000)]
    [InlineData(262_145, 10_000)]
    [InlineData(ulong.MaxValue, 10_000)]
    [InlineData(512, 59)]
    [InlineData(2048, 174)]
    public void Shares_become_the_weight_that_runc_writes(ulong shares, ulong weight) =>
        Conversions.CpuWeight(shares).Should().Be(weight);

    [Fact]
    public void Weights_grow_with_the_shares_and_stay_in_the_kernels_range()
    {
        ulong last = 0;
        for (ulong shares = 1; shares <= 262_200; shares++)
        {
            ulong weight = Conversions.CpuWeight(shares);
            weight.Should().BeInRange(1, 10_000);
            weight.Should().BeGreaterThanOrEqualTo(last);
            last = weight;
        }
    }

    [Fact]
    public void Block_weights_map_the_whole_range_onto_the_whole_range()
    {
        Conversions.IOWeight(0).Should().Be(0);
        Conversions.IOWeight(10).Should().Be(1);
        Conversions.IOWeight(1000).Should().Be(10_000);
        ulong last = 0;
        for (ushort weight = 1; weight <= 1000; weight++)
        {
            ulong converted = Conversions.IOWeight(weight);
            converted.Should().BeInRange(1, 10_000);
            converted.Should().BeGreaterThanOrEqualTo(last);
            last = converted;
        }
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(0, 1000, null)]
    [InlineData(0, -1, -1)]
    [InlineData(-1, 1000, -1)]
    [InlineData(-1, 0, -1)]
    [InlineData(5000, -1, 5000)]
    [InlineData(1000, 1000, 0)]
    [InlineData(3000, 1000, 2000)]
    public void Swap_loses_the_memory_in_it(long swap, long memory, object? expected) =>
        Conversions.SwapMax(swap, memory).Should().Be(expected is null ? null : Convert.ToInt64(expected));

    [Theory]
    [InlineData(1000, 0)]
    [InlineData(1000, -2)]
    [InlineData(1000, 2000)]
    public void Swap_that_does_not_fit_the_memory_is_refused(long swap, long memory)
    {
        Action convert = () => Conversions.SwapMax(swap, memory);
        convert.Should().Throw<ContainerException>().WithMessage("set linux.resources.memory.*");
    }

    [Fact]
    public void Swap_and_memory_add_up_to_what_was_asked_for() => Prop.ForAll<long, long>((first, second) =>
    {
        long memory = 1 + Math.Abs(first % long.MaxValue / 2);
        long swap = memory + Math.Abs(second % (long.MaxValue / 2));
        return Conversions.SwapMax(swap, memory) + memory == swap;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Task_limits_below_zero_are_none() => Prop.ForAll<long>(limit =>
        Conversions.PidsMax(limit) == (limit < 0 ? "max" : limit == 0 ? "1" : limit.ToString())).QuickCheckThrowOnFailure();
}
