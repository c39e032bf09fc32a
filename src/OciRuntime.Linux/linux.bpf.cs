using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// linux/bpf.h
public static unsafe partial class LibC
{
    public const int BPF_PROG_LOAD = 5;
    public const int BPF_PROG_ATTACH = 8;
    public const int BPF_PROG_DETACH = 9;
    public const int BPF_PROG_GET_FD_BY_ID = 13;
    public const int BPF_PROG_QUERY = 16;

    public const uint BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    public const uint BPF_CGROUP_DEVICE = 6;
    public const uint BPF_F_ALLOW_MULTI = 2;
    public const uint BPF_F_REPLACE = 4;

    public const byte BPF_DEVCG_DEV_BLOCK = 1;
    public const byte BPF_DEVCG_DEV_CHAR = 2;

    [StructLayout(LayoutKind.Sequential)]
    public struct bpf_attr_prog_load
    {
        public uint prog_type;
        public uint insn_cnt;
        public ulong insns;
        public ulong license;
        public uint log_level;
        public uint log_size;
        public ulong log_buf;
        public uint kern_version;
        public uint prog_flags;
    }

    /// <summary>Also for <see cref="BPF_PROG_DETACH"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct bpf_attr_prog_attach
    {
        public uint target_fd;
        public uint attach_bpf_fd;
        public uint attach_type;
        public uint attach_flags;
        public uint replace_bpf_fd;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct bpf_attr_prog_query
    {
        public uint target_fd;
        public uint attach_type;
        public uint query_flags;
        public uint attach_flags;
        public ulong prog_ids;
        public uint prog_cnt;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct bpf_attr_get_id
    {
        public uint prog_id;
        public uint next_id;
        public uint open_flags;
    }

    /// <summary>The kernel takes the fields past <paramref name="size"/> as zero.</summary>
    public static int bpf(int command, void* attributes, int size) =>
        (int)syscall(SyscallNumber.bpf, command, (nint)attributes, size);
}
