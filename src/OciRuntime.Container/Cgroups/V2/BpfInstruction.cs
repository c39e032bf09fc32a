using System.Runtime.InteropServices;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>The kernel's <c>struct bpf_insn</c> (linux/bpf.h).</summary>
[StructLayout(LayoutKind.Sequential, Size = 8)]
internal readonly record struct BpfInstruction(byte Code, byte Registers, short Offset, int Immediate)
{
    public int Destination => Registers & 0xF;

    public int Source => Registers >> 4;

    public static BpfInstruction Of(byte code, int destination = 0, int source = 0, short offset = 0, int immediate = 0) =>
        new(code, (byte)(destination | (source << 4)), offset, immediate);
}
