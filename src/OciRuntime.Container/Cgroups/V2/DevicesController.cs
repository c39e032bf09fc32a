using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>v2 has no device list: a BPF program attached to the cgroup decides (cgroup-v2.rst, "Device controller").</summary>
internal static unsafe class DevicesController
{
    /// <summary>The most programs that the kernel attaches to one cgroup (<c>BPF_CGROUP_MAX_PROGS</c>).</summary>
    private const int MaxPrograms = 64;

    /// <summary>
    /// Loads the program of <paramref name="rules"/> and puts it in the place of the cgroup's present one in one
    /// step, so that there is no moment without rules and none with both.
    /// </summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="rules">What is allowed.</param>
    /// <param name="isNew">Whether the cgroup is known to have no program.</param>
    /// <exception cref="LinuxException">The kernel refuses the program.</exception>
    public static void Set(CgroupDirectory directory, DeviceRules rules, bool isNew)
    {
        FileDescriptor cgroup = directory.Descriptor;
        using FileDescriptor program = Load(DeviceProgram.Assemble(rules), directory.Path);
        uint* present = stackalloc uint[MaxPrograms];
        int count = isNew ? 0 : Query(cgroup, present, directory.Path);
        using FileDescriptor replaced = count == 1 ? ById(present[0]) : FileDescriptor.None;
        Attach(cgroup, program, replaced, directory.Path);
        if (replaced.IsOpen)
            return;
        for (int i = 0; i < count; i++)
        {
            // A program that may not even be looked at (an LSM's policy) only restricts further: it may stay.
            using FileDescriptor old = ById(present[i]);
            if (old.IsOpen)
                Detach(cgroup, old, directory.Path);
        }
    }

    private static FileDescriptor Load(BpfInstruction[] program, string path)
    {
        fixed (BpfInstruction* instructions = program)
        fixed (byte* license = "Apache\0"u8)
        {
            var attributes = new bpf_attr_prog_load
            {
                prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                insn_cnt = (uint)program.Length,
                insns = (ulong)instructions,
                license = (ulong)license,
            };
            int fd = bpf(BPF_PROG_LOAD, &attributes, sizeof(bpf_attr_prog_load));
            if (fd < 0 && errno == Errno.EPERM)
            {
                // Before Linux 5.11 programs count as locked memory.
                var unlimited = new rlimit { rlim_cur = RLIM_INFINITY, rlim_max = RLIM_INFINITY };
                if (prlimit64(0, RLIMIT_MEMLOCK, &unlimited, null) == 0)
                    fd = bpf(BPF_PROG_LOAD, &attributes, sizeof(bpf_attr_prog_load));
                else
                    throw new LinuxException("bpf BPF_PROG_LOAD", Errno.EPERM, "for " + path);
            }
            return Check.Fd(fd, "bpf BPF_PROG_LOAD", "for " + path);
        }
    }

    private static int Query(int cgroup, uint* ids, string path)
    {
        var attributes = new bpf_attr_prog_query
        {
            target_fd = (uint)cgroup,
            attach_type = BPF_CGROUP_DEVICE,
            prog_ids = (ulong)ids,
            prog_cnt = MaxPrograms,
        };
        Check.Ok(bpf(BPF_PROG_QUERY, &attributes, sizeof(bpf_attr_prog_query)), "bpf BPF_PROG_QUERY", path);
        return (int)attributes.prog_cnt;
    }

    private static FileDescriptor ById(uint id)
    {
        var attributes = new bpf_attr_get_id { prog_id = id };
        return new FileDescriptor(bpf(BPF_PROG_GET_FD_BY_ID, &attributes, sizeof(bpf_attr_get_id)));
    }

    private static void Attach(int cgroup, int program, FileDescriptor replaced, string path)
    {
        var attributes = new bpf_attr_prog_attach
        {
            target_fd = (uint)cgroup,
            attach_bpf_fd = (uint)program,
            attach_type = BPF_CGROUP_DEVICE,
            attach_flags = BPF_F_ALLOW_MULTI | (replaced.IsOpen ? BPF_F_REPLACE : 0),
            replace_bpf_fd = replaced.IsOpen ? (uint)replaced.Number : 0,
        };
        Check.Ok(bpf(BPF_PROG_ATTACH, &attributes, sizeof(bpf_attr_prog_attach)), "bpf BPF_PROG_ATTACH", path);
    }

    private static void Detach(int cgroup, int program, string path)
    {
        var attributes = new bpf_attr_prog_attach
        {
            target_fd = (uint)cgroup,
            attach_bpf_fd = (uint)program,
            attach_type = BPF_CGROUP_DEVICE,
        };
        Check.Ok(bpf(BPF_PROG_DETACH, &attributes, sizeof(bpf_attr_prog_attach)), "bpf BPF_PROG_DETACH", path);
    }
}
