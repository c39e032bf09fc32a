using System;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>Runs a filter as the kernel would, after the checks that the kernel makes when it loads one.</summary>
internal sealed class BpfInterpreter
{
    private readonly sock_filter[] _program;
    private readonly bool _bigEndian;

    /// <summary>Checks a program (kernel: bpf_check_classic, seccomp_check_filter).</summary>
    /// <param name="program">The instructions in this machine's byte order.</param>
    /// <param name="bigEndian">The machine that it is for keeps the upper half of an argument first.</param>
    public BpfInterpreter(ReadOnlySpan<sock_filter> program, bool bigEndian = false)
    {
        _program = program.ToArray();
        _bigEndian = bigEndian;
        if (_program.Length is 0 or > BPF_MAXINSNS)
            throw new InvalidOperationException($"{_program.Length} instructions");
        for (int i = 0; i < _program.Length; i++)
        {
            sock_filter instruction = _program[i];
            long target = i + 1L + instruction.code switch
            {
                BPF_JMP | BPF_JA => instruction.k,
                BPF_JMP | BPF_JEQ | BPF_K or BPF_JMP | BPF_JGT | BPF_K or BPF_JMP | BPF_JGE | BPF_K =>
                    Math.Max(instruction.jt, instruction.jf),
                BPF_LD | BPF_W | BPF_ABS => instruction.k % 4 == 0 && instruction.k < 64 ? 0 : int.MaxValue,
                BPF_ALU | BPF_AND | BPF_K => 0,
                BPF_RET | BPF_K => -1,
                _ => throw new InvalidOperationException($"{i}: instruction {instruction.code:x4}"),
            };
            if (target >= _program.Length)
                throw new InvalidOperationException($"{i}: goes to {target} of {_program.Length}");
        }

        if (_program[^1].code != (BPF_RET | BPF_K))
            throw new InvalidOperationException("the last instruction is no return");
    }

    /// <summary>Instructions that the last <see cref="Run"/> executed.</summary>
    public int Steps { get; private set; }

    /// <summary>What the filter says about a call: an action with its data.</summary>
    public uint Run(uint arch, uint number, ReadOnlySpan<ulong> args)
    {
        uint accumulator = 0;
        Steps = 0;
        for (int i = 0; ; i++)
        {
            Steps++;
            sock_filter instruction = _program[i];
            switch (instruction.code)
            {
                case BPF_RET | BPF_K:
                    return instruction.k;
                case BPF_LD | BPF_W | BPF_ABS:
                    accumulator = instruction.k switch
                    {
                        0 => number,
                        4 => arch,
                        8 or 12 => throw new InvalidOperationException("the instruction pointer is nobody's business"),
                        _ => Word(args[(int)(instruction.k - 16) / 8], instruction.k % 8 == 4),
                    };
                    break;
                case BPF_ALU | BPF_AND | BPF_K:
                    accumulator &= instruction.k;
                    break;
                case BPF_JMP | BPF_JA:
                    i += (int)instruction.k;
                    break;
                case BPF_JMP | BPF_JEQ | BPF_K:
                    i += accumulator == instruction.k ? instruction.jt : instruction.jf;
                    break;
                case BPF_JMP | BPF_JGT | BPF_K:
                    i += accumulator > instruction.k ? instruction.jt : instruction.jf;
                    break;
                case BPF_JMP | BPF_JGE | BPF_K:
                    i += accumulator >= instruction.k ? instruction.jt : instruction.jf;
                    break;
            }
        }
    }

    private uint Word(ulong argument, bool second) => (uint)(second == _bigEndian ? argument : argument >> 32);
}
