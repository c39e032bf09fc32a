using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Linux;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>
/// Writes device rules as a BPF program of type <c>cgroup_device</c>. It is called with a
/// <c>bpf_cgroup_dev_ctx</c> (access in the upper and type in the lower half of the first word, then major and
/// minor) and returns 1 to allow, 0 to deny. One block per exception; the first that matches decides, since no two
/// of them disagree.
/// </summary>
internal static class DeviceProgram
{
    // Operations of linux/bpf.h, all on 32 bits: a 64-bit comparison would extend the sign of large numbers.
    public const byte LoadWord = 0x61;
    public const byte And = 0x54;
    public const byte ShiftRight = 0x74;
    public const byte Move = 0xb4;
    public const byte MoveRegister = 0xbc;
    public const byte JumpIfNotEqual = 0x56;
    public const byte JumpIfNotEqualRegister = 0x5e;
    public const byte JumpIfEqual = 0x16;
    public const byte Exit = 0x95;

    private const int Result = 0;
    private const int Context = 1;
    private const int Type = 2;
    private const int Access = 3;
    private const int Major = 4;
    private const int Minor = 5;
    private const int Scratch = 6;

    public static BpfInstruction[] Assemble(DeviceRules rules)
    {
        var program = new List<BpfInstruction>(8 + (8 * rules.Exceptions.Count))
        {
            BpfInstruction.Of(LoadWord, Type, Context),
            BpfInstruction.Of(MoveRegister, Access, Type),
            BpfInstruction.Of(ShiftRight, Access, immediate: 16),
            BpfInstruction.Of(And, Type, immediate: 0xFFFF),
            BpfInstruction.Of(LoadWord, Major, Context, offset: 4),
            BpfInstruction.Of(LoadWord, Minor, Context, offset: 8),
        };
        for (int i = 0; i < rules.Exceptions.Count; i++)
            Append(program, rules.Exceptions[i], allow: !rules.AllowByDefault);
        program.Add(BpfInstruction.Of(Move, Result, immediate: rules.AllowByDefault ? 1 : 0));
        program.Add(BpfInstruction.Of(Exit));
        return [.. program];
    }

    private static void Append(List<BpfInstruction> program, DeviceRule rule, bool allow)
    {
        int start = program.Count;
        program.Add(BpfInstruction.Of(JumpIfNotEqual, Type, immediate: rule.Type == 'b' ? LibC.BPF_DEVCG_DEV_BLOCK : LibC.BPF_DEVCG_DEV_CHAR));
        if (rule.Access != DeviceAccess.All)
        {
            program.Add(BpfInstruction.Of(MoveRegister, Scratch, Access));
            program.Add(BpfInstruction.Of(And, Scratch, immediate: (int)rule.Access));
            // An allowance must cover the whole access; a denial stops it when it covers any part (as v1 does:
            // match_exception and match_exception_partial of security/device_cgroup.c).
            program.Add(allow
                ? BpfInstruction.Of(JumpIfNotEqualRegister, Scratch, Access)
                : BpfInstruction.Of(JumpIfEqual, Scratch, immediate: 0));
        }
        if (rule.Major != DeviceRule.Any)
            program.Add(BpfInstruction.Of(JumpIfNotEqual, Major, immediate: unchecked((int)(uint)rule.Major)));
        if (rule.Minor != DeviceRule.Any)
            program.Add(BpfInstruction.Of(JumpIfNotEqual, Minor, immediate: unchecked((int)(uint)rule.Minor)));
        program.Add(BpfInstruction.Of(Move, Result, immediate: allow ? 1 : 0));
        program.Add(BpfInstruction.Of(Exit));

        // Only now is it known where the block ends, which is where its jumps go.
        for (int i = start; i < program.Count - 2; i++)
            if (program[i].Code is JumpIfNotEqual or JumpIfNotEqualRegister or JumpIfEqual)
                program[i] = program[i] with { Offset = (short)(program.Count - i - 1) };
    }
}
