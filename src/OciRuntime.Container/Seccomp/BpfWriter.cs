using System;
using OciRuntime.Container.Errors;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>
/// Writes a classic BPF program from its end to its beginning. All jumps go forward, so a jump's target is always
/// known when it is written, and one that is out of reach of the 8-bit offsets is bridged at once.
/// </summary>
/// <remarks>A position is the count of instructions from it to the end: it stays true whatever is written before.</remarks>
internal ref struct BpfWriter
{
    // Two less than what 8 bits reach: bridging one target of a jump moves the other one away.
    private const int Reach = 253;

    private sock_filter[] _instructions = new sock_filter[1024];
    private int _count;
    private int _returnCount;
    private readonly (uint Action, int Position)[] _returns = new (uint, int)[16];

    public BpfWriter()
    {
    }

    /// <summary>The position of what was written last.</summary>
    public readonly int Here => _count;

    /// <summary>Returns an action; uses an earlier return of it when one is near.</summary>
    public int Return(uint action)
    {
        int slot = 0;
        while (slot < _returnCount && _returns[slot].Action != action)
            slot++;
        if (slot < _returnCount && _count - _returns[slot].Position < Reach - 2)
            return _returns[slot].Position;
        int position = Write(BPF_RET | BPF_K, 0, 0, action);
        // Profiles with more actions than this get a few returns more than they need.
        if (slot == _returns.Length)
            slot = (int)(action % (uint)_returns.Length);
        else if (slot == _returnCount)
            _returnCount++;
        _returns[slot] = (action, position);
        return position;
    }

    /// <summary>Compares the accumulator with a constant.</summary>
    /// <param name="comparison">BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET.</param>
    /// <param name="value">The constant.</param>
    /// <param name="yes">Where to go on when it holds.</param>
    /// <param name="no">Where to go on when it does not.</param>
    public int Jump(ushort comparison, uint value, int yes, int no)
    {
        if (yes == no)
            return yes;
        yes = Near(yes);
        no = Near(no);
        return Write((ushort)(BPF_JMP | comparison | BPF_K), (byte)(_count - yes), (byte)(_count - no), value);
    }

    /// <summary>Keeps bits of the accumulator and goes on with what was written last.</summary>
    public int And(uint mask) =>
        mask == uint.MaxValue ? _count : Write(BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);

    /// <summary>Loads a word of <c>seccomp_data</c> and goes on at a position.</summary>
    public int Load(int offset, int then)
    {
        if (then != _count)
            Write(BPF_JMP | BPF_JA, 0, 0, (uint)(_count - then));
        return Write(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint)offset);
    }

    /// <summary>The program, in order.</summary>
    public readonly sock_filter[] ToProgram() => _instructions.AsSpan(_instructions.Length - _count).ToArray();

    /// <summary>The error for a program that the kernel would not take.</summary>
    public static ContainerException TooLong() => new(
        $"linux.seccomp: the filter needs more than the {BPF_MAXINSNS} instructions that the kernel takes",
        "use fewer rules with args");

    private int Near(int position)
    {
        if (_count - position <= Reach)
            return position;
        sock_filter target = _instructions[^position];
        return target.code == (BPF_RET | BPF_K)
            ? Return(target.k)
            : Write(BPF_JMP | BPF_JA, 0, 0, (uint)(_count - position));
    }

    private int Write(ushort code, byte jt, byte jf, uint k)
    {
        if (_count == BPF_MAXINSNS)
            throw TooLong();
        if (_count == _instructions.Length)
        {
            var longer = new sock_filter[2 * _count];
            _instructions.CopyTo(longer, _count);
            _instructions = longer;
        }

        _count++;
        _instructions[^_count] = new sock_filter { code = code, jt = jt, jf = jf, k = k };
        return _count;
    }
}
