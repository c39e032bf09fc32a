/* What v1 has a file for, v2 has a program: the standard devices, and to make any node. */
#include <linux/bpf.h>

enum { ANY = -1, RULE_LENGTH = 8 };

static const struct device_rule { int type, major, minor, access; } device_rules[] = {
    { BPF_DEVCG_DEV_CHAR, ANY, ANY, BPF_DEVCG_ACC_MKNOD }, { BPF_DEVCG_DEV_BLOCK, ANY, ANY, BPF_DEVCG_ACC_MKNOD },
    { BPF_DEVCG_DEV_CHAR, 1, 3, 7 }, { BPF_DEVCG_DEV_CHAR, 1, 5, 7 }, { BPF_DEVCG_DEV_CHAR, 1, 7, 7 },
    { BPF_DEVCG_DEV_CHAR, 1, 8, 7 }, { BPF_DEVCG_DEV_CHAR, 1, 9, 7 }, { BPF_DEVCG_DEV_CHAR, 5, 0, 7 },
    { BPF_DEVCG_DEV_CHAR, 5, 2, 7 }, { BPF_DEVCG_DEV_CHAR, 136, ANY, 7 },
};

static int limit_devices(int cgroup) {
    struct bpf_insn program[128] = {
        { BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0 },  /* r2 = access << 16 | type */
        { BPF_ALU64 | BPF_MOV | BPF_X, 3, 2, 0, 0 },
        { BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff },
        { BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16 },
        { BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4, 0 },  /* major */
        { BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8, 0 },  /* minor */
    };
    int length = 6;
    for (size_t r = 0; r < sizeof device_rules / sizeof *device_rules; r++) {
        const struct device_rule *rule = &device_rules[r];
        struct bpf_insn tests[RULE_LENGTH] = { { BPF_JMP | BPF_JNE | BPF_K, 2, 0, 0, rule->type } };
        int count = 1;
        tests[count++] = (struct bpf_insn){ BPF_ALU | BPF_MOV | BPF_X, 0, 3, 0, 0 };
        tests[count++] = (struct bpf_insn){ BPF_ALU | BPF_AND | BPF_K, 0, 0, 0, ~rule->access };
        tests[count++] = (struct bpf_insn){ BPF_JMP | BPF_JNE | BPF_K, 0, 0, 0, 0 };
        if (rule->major != ANY)
            tests[count++] = (struct bpf_insn){ BPF_JMP | BPF_JNE | BPF_K, 4, 0, 0, rule->major };
        if (rule->minor != ANY)
            tests[count++] = (struct bpf_insn){ BPF_JMP | BPF_JNE | BPF_K, 5, 0, 0, rule->minor };
        tests[count++] = (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1 };
        tests[count++] = (struct bpf_insn){ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 };
        for (int t = 0; t < count; t++) {
            if (BPF_OP(tests[t].code) == BPF_JNE && BPF_CLASS(tests[t].code) == BPF_JMP)
                tests[t].off = count - t - 1; /* on to the next rule */
            program[length++] = tests[t];
        }
    }
    program[length++] = (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 };
    program[length++] = (struct bpf_insn){ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 };

    union bpf_attr load = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = (unsigned long)program, .insn_cnt = length,
                            .license = (unsigned long)"Apache" };
    int loaded = syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
    union bpf_attr attach = { .target_fd = cgroup, .attach_bpf_fd = loaded, .attach_type = BPF_CGROUP_DEVICE,
                              .attach_flags = BPF_F_ALLOW_MULTI };
    if (loaded < 0 || syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach) < 0)
        die("bpf", "devices");
    return close(loaded);
}
