using System;
using System.Linq;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Container.Cgroups.V2;
using OciRuntime.Container.Tests.Cgroups.Devices;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.V2;

/// <summary>The programs are run here, by an interpreter of the instructions that they use.</summary>
public class DeviceProgramTests
{
    private const uint Block = 1;
    private const uint Char = 2;
    private const uint Mknod = 1;
    private const uint Read = 2;
    private const uint Write = 4;

    [Theory]
    [InlineData(Char, 1, 3, Read | Write, true)]
    [InlineData(Char, 1, 3, Read | Write | Mknod, true)]
    [InlineData(Char, 1, 4, Read, false)]
    [InlineData(Char, 1, 4, Mknod, true)]
    [InlineData(Block, 8, 0, Mknod, true)]
    [InlineData(Block, 8, 0, Mknod | Read, false)]
    [InlineData(Block, 1, 3, Read, false)]
    [InlineData(Char, 136, 4_000_000_000, Read | Write, true)]
    public void By_default_only_the_default_devices(uint type, uint major, uint minor, uint access, bool expected) =>
        Run(DeviceProgram.Assemble(DeviceRules.From(null)), type, major, minor, access).Should().Be(expected);

    [Fact]
    public void Numbers_of_32_bits_are_compared_whole()
    {
        BpfInstruction[] program = DeviceProgram.Assemble(DeviceRules.From([DeviceRulesTests.Rule(true, "b", uint.MaxValue, 0x80000000, "r")]));
        Run(program, Block, uint.MaxValue, 0x80000000, Read).Should().BeTrue();
        Run(program, Block, 1, 0x80000000, Read).Should().BeFalse();
    }

    [Fact]
    public void A_denied_part_of_an_access_denies_all_of_it()
    {
        BpfInstruction[] program = DeviceProgram.Assemble(DeviceRules.From(
            [DeviceRulesTests.Rule(true, "a", null, null, "rwm"), DeviceRulesTests.Rule(false, "b", 8, 0, "w")]));
        Run(program, Block, 8, 0, Read).Should().BeTrue();
        Run(program, Block, 8, 0, Read | Write).Should().BeFalse();
        Run(program, Block, 8, 1, Read | Write).Should().BeTrue();
    }

    [Fact]
    public void The_last_rule_that_names_a_device_decides() =>
        Prop.ForAll(Rules().ToArbitrary(), Accesses().ToArbitrary(), (rules, asked) =>
        {
            BpfInstruction[] program = DeviceProgram.Assemble(DeviceRules.From(rules));
            char letter = asked.Access == Read ? 'r' : 'w';
            LinuxDeviceCgroup? last = rules.LastOrDefault(rule => rule.Type == "a"
                || (rule.Type == asked.Type && rule.Major == asked.Major && rule.Minor == asked.Minor && rule.Access!.Contains(letter)));
            return Run(program, asked.Type == "b" ? Block : Char, asked.Major, asked.Minor, asked.Access) == (last?.Allow ?? false);
        }).QuickCheckThrowOnFailure();

    /// <summary>Devices that no default rule names.</summary>
    private static Gen<LinuxDeviceCgroup[]> Rules() =>
        from rules in (from allow in Gen.Elements(true, false)
                       from type in Gen.Frequency((1, Gen.Constant("a")), (8, Gen.Elements("b", "c")))
                       from major in Gen.Elements(8L, 9L)
                       from minor in Gen.Elements(0L, 1L)
                       from access in Gen.Elements("r", "w", "rw")
                       select DeviceRulesTests.Rule(allow, type, major, minor, access)).ListOf()
        select rules.ToArray();

    private static Gen<(string Type, uint Major, uint Minor, uint Access)> Accesses() =>
        from type in Gen.Elements("b", "c")
        from major in Gen.Elements(8u, 9u)
        from minor in Gen.Elements(0u, 1u)
        from access in Gen.Elements(Read, Write)
        select (type, major, minor, access);

    private static bool Run(BpfInstruction[] program, uint type, uint major, uint minor, uint access)
    {
        var register = new uint[11];
        uint[] context = [(access << 16) | type, major, minor];
        for (int at = 0; ; at++)
        {
            BpfInstruction i = program[at];
            switch (i.Code)
            {
                case DeviceProgram.LoadWord:
                    i.Source.Should().Be(1);
                    register[i.Destination] = context[i.Offset / 4];
                    break;
                case DeviceProgram.And:
                    register[i.Destination] &= (uint)i.Immediate;
                    break;
                case DeviceProgram.ShiftRight:
                    register[i.Destination] >>= i.Immediate;
                    break;
                case DeviceProgram.Move:
                    register[i.Destination] = (uint)i.Immediate;
                    break;
                case DeviceProgram.MoveRegister:
                    register[i.Destination] = register[i.Source];
                    break;
                case DeviceProgram.JumpIfNotEqual:
                    at += register[i.Destination] != (uint)i.Immediate ? i.Offset : 0;
                    break;
                case DeviceProgram.JumpIfNotEqualRegister:
                    at += register[i.Destination] != register[i.Source] ? i.Offset : 0;
                    break;
                case DeviceProgram.JumpIfEqual:
                    at += register[i.Destination] == (uint)i.Immediate ? i.Offset : 0;
                    break;
                case DeviceProgram.Exit:
                    return register[0] switch { 0 => false, 1 => true, _ => throw new InvalidOperationException() };
                default:
                    throw new InvalidOperationException($"instruction {i.Code:x}");
            }
        }
    }
}
