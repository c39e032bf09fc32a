namespace OciRuntime.Linux;

// linux/filter.h, linux/bpf_common.h: classic BPF
public static unsafe partial class LibC
{
    /// <summary>Most instructions in one program.</summary>
    public const int BPF_MAXINSNS = 4096;

    public const ushort BPF_LD = 0x00;
    public const ushort BPF_ALU = 0x04;
    public const ushort BPF_JMP = 0x05;
    public const ushort BPF_RET = 0x06;
    public const ushort BPF_W = 0x00;
    public const ushort BPF_ABS = 0x20;
    public const ushort BPF_AND = 0x50;
    public const ushort BPF_JA = 0x00;
    public const ushort BPF_JEQ = 0x10;
    public const ushort BPF_JGT = 0x20;
    public const ushort BPF_JGE = 0x30;
    public const ushort BPF_JSET = 0x40;
    public const ushort BPF_K = 0x00;

    public struct sock_filter
    {
        public ushort code;

        /// <summary>Instructions to skip when the comparison holds.</summary>
        public byte jt;

        /// <summary>Instructions to skip when it does not.</summary>
        public byte jf;

        public uint k;
    }

    public struct sock_fprog
    {
        /// <summary>Count of instructions.</summary>
        public ushort len;

        public sock_filter* filter;
    }
}
