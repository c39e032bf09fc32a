namespace OciRuntime.Linux;

// linux/audit.h, with the machine numbers of linux/elf-em.h: how a filter sees the ABI of a system call
public static unsafe partial class LibC
{
    public const uint __AUDIT_ARCH_CONVENTION_MIPS64_N32 = 0x20000000;
    public const uint __AUDIT_ARCH_64BIT = 0x80000000;
    public const uint __AUDIT_ARCH_LE = 0x40000000;

    public const uint EM_386 = 3;
    public const uint EM_68K = 4;
    public const uint EM_MIPS = 8;
    public const uint EM_PARISC = 15;
    public const uint EM_PPC = 20;
    public const uint EM_PPC64 = 21;
    public const uint EM_S390 = 22;
    public const uint EM_ARM = 40;
    public const uint EM_SH = 42;
    public const uint EM_X86_64 = 62;
    public const uint EM_AARCH64 = 183;
    public const uint EM_RISCV = 243;
    public const uint EM_LOONGARCH = 258;

    public const uint AUDIT_ARCH_AARCH64 = EM_AARCH64 | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_ARM = EM_ARM | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_I386 = EM_386 | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_LOONGARCH64 = EM_LOONGARCH | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_M68K = EM_68K;
    public const uint AUDIT_ARCH_MIPS = EM_MIPS;
    public const uint AUDIT_ARCH_MIPSEL = EM_MIPS | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_MIPS64 = EM_MIPS | __AUDIT_ARCH_64BIT;
    public const uint AUDIT_ARCH_MIPS64N32 = AUDIT_ARCH_MIPS64 | __AUDIT_ARCH_CONVENTION_MIPS64_N32;
    public const uint AUDIT_ARCH_MIPSEL64 = EM_MIPS | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_MIPSEL64N32 = AUDIT_ARCH_MIPSEL64 | __AUDIT_ARCH_CONVENTION_MIPS64_N32;
    public const uint AUDIT_ARCH_PARISC = EM_PARISC;
    public const uint AUDIT_ARCH_PARISC64 = EM_PARISC | __AUDIT_ARCH_64BIT;
    public const uint AUDIT_ARCH_PPC = EM_PPC;
    public const uint AUDIT_ARCH_PPC64 = EM_PPC64 | __AUDIT_ARCH_64BIT;
    public const uint AUDIT_ARCH_PPC64LE = EM_PPC64 | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_RISCV64 = EM_RISCV | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_S390 = EM_S390;
    public const uint AUDIT_ARCH_S390X = EM_S390 | __AUDIT_ARCH_64BIT;
    public const uint AUDIT_ARCH_SH = EM_SH;
    public const uint AUDIT_ARCH_SHEL = EM_SH | __AUDIT_ARCH_LE;
    public const uint AUDIT_ARCH_X86_64 = EM_X86_64 | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE;
}
