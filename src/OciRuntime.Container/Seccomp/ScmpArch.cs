using System;
using System.Runtime.InteropServices;
using OciRuntime.Container.Seccomp.Tables;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>
/// One ABI that makes system calls: its name in a profile (config-linux.md, "Seccomp", architectures), how the
/// kernel reports it to a filter, and its numbers.
/// </summary>
internal readonly ref struct ScmpArch
{
    /// <summary>How many there are; indices are 0 to <see cref="Count"/> - 1.</summary>
    public const int Count = 23;

    public const int X86 = 0;
    public const int X86_64 = 1;
    public const int X32 = 2;
    public const int Arm = 3;
    public const int Aarch64 = 4;

    /// <summary>Bit that marks a number as x32's (asm/unistd.h).</summary>
    public const uint __X32_SYSCALL_BIT = 0x40000000;

    /// <summary>The base of ARM's private calls, such as <c>set_tls</c> (asm/unistd.h).</summary>
    public const uint __ARM_NR_BASE = 0x0f0000;

    /// <summary>In <see cref="Numbers"/>: there is no such call.</summary>
    public const ushort NoCall = ushort.MaxValue;

    /// <summary>In <see cref="Numbers"/>, a flag: this call is one of ARM's private ones.</summary>
    public const ushort PrivateCall = 0x8000;

    private ScmpArch(string name, uint auditArch, ReadOnlySpan<ushort> numbers, uint numberBase = 0, bool wide = false)
    {
        Name = name;
        AuditArch = auditArch;
        Numbers = numbers;
        Base = numberBase;
        IsWide = wide;
    }

    public string Name { get; }

    /// <summary>What <c>seccomp_data.arch</c> holds; the same for x86_64 and x32.</summary>
    public uint AuditArch { get; }

    /// <summary>Numbers by <see cref="SyscallNames"/> index, relative to <see cref="Base"/>.</summary>
    public ReadOnlySpan<ushort> Numbers { get; }

    /// <summary>What is added to the table's numbers.</summary>
    public uint Base { get; }

    /// <summary>
    /// Arguments have 64 bits. The ILP32 ABIs of 64-bit machines (x32, MIPS n32) count as 32-bit, as in libseccomp:
    /// what stands in the upper half of their registers is not defined, and a profile's -1 means 0xffffffff there.
    /// </summary>
    public bool IsWide { get; }

    public bool IsBigEndian => (AuditArch & __AUDIT_ARCH_LE) == 0;

    /// <summary>The architecture with this index.</summary>
    public static ScmpArch Get(int index) => index switch
    {
        X86 => new("SCMP_ARCH_X86", AUDIT_ARCH_I386, SyscallNumbers.X86),
        X86_64 => new("SCMP_ARCH_X86_64", AUDIT_ARCH_X86_64, SyscallNumbers.X64, wide: true),
        X32 => new("SCMP_ARCH_X32", AUDIT_ARCH_X86_64, SyscallNumbers.X32, __X32_SYSCALL_BIT),
        Arm => new("SCMP_ARCH_ARM", AUDIT_ARCH_ARM, SyscallNumbers.Arm),
        Aarch64 => new("SCMP_ARCH_AARCH64", AUDIT_ARCH_AARCH64, SyscallNumbers.Arm64, wide: true),
        5 => new("SCMP_ARCH_LOONGARCH64", AUDIT_ARCH_LOONGARCH64, SyscallNumbers.LoongArch64, wide: true),
        6 => new("SCMP_ARCH_M68K", AUDIT_ARCH_M68K, SyscallNumbers.M68k),
        7 => new("SCMP_ARCH_MIPS", AUDIT_ARCH_MIPS, SyscallNumbers.Mips, 4000),
        8 => new("SCMP_ARCH_MIPS64", AUDIT_ARCH_MIPS64, SyscallNumbers.Mips64, 5000, wide: true),
        9 => new("SCMP_ARCH_MIPS64N32", AUDIT_ARCH_MIPS64N32, SyscallNumbers.Mips64N32, 6000),
        10 => new("SCMP_ARCH_MIPSEL", AUDIT_ARCH_MIPSEL, SyscallNumbers.Mips, 4000),
        11 => new("SCMP_ARCH_MIPSEL64", AUDIT_ARCH_MIPSEL64, SyscallNumbers.Mips64, 5000, wide: true),
        12 => new("SCMP_ARCH_MIPSEL64N32", AUDIT_ARCH_MIPSEL64N32, SyscallNumbers.Mips64N32, 6000),
        13 => new("SCMP_ARCH_PARISC", AUDIT_ARCH_PARISC, SyscallNumbers.Parisc),
        14 => new("SCMP_ARCH_PARISC64", AUDIT_ARCH_PARISC64, SyscallNumbers.Parisc64, wide: true),
        15 => new("SCMP_ARCH_PPC", AUDIT_ARCH_PPC, SyscallNumbers.Ppc),
        16 => new("SCMP_ARCH_PPC64", AUDIT_ARCH_PPC64, SyscallNumbers.Ppc64, wide: true),
        17 => new("SCMP_ARCH_PPC64LE", AUDIT_ARCH_PPC64LE, SyscallNumbers.Ppc64, wide: true),
        18 => new("SCMP_ARCH_RISCV64", AUDIT_ARCH_RISCV64, SyscallNumbers.RiscV64, wide: true),
        19 => new("SCMP_ARCH_S390", AUDIT_ARCH_S390, SyscallNumbers.S390),
        20 => new("SCMP_ARCH_S390X", AUDIT_ARCH_S390X, SyscallNumbers.S390x, wide: true),
        21 => new("SCMP_ARCH_SH", AUDIT_ARCH_SHEL, SyscallNumbers.Sh),
        22 => new("SCMP_ARCH_SHEB", AUDIT_ARCH_SH, SyscallNumbers.Sh),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <summary>The index of a profile's name, or -1.</summary>
    public static int IndexOf(string name)
    {
        for (int i = 0; i < Count; i++)
        {
            if (Get(i).Name == name)
                return i;
        }

        return -1;
    }

    /// <summary>The index of the ABI that this program itself was compiled for.</summary>
    public static int Native => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X86 => X86,
        Architecture.X64 => X86_64,
        Architecture.Arm or Architecture.Armv6 => Arm,
        Architecture.Arm64 => Aarch64,
        Architecture.LoongArch64 => IndexOf("SCMP_ARCH_LOONGARCH64"),
        Architecture.Ppc64le => IndexOf("SCMP_ARCH_PPC64LE"),
        Architecture.RiscV64 => IndexOf("SCMP_ARCH_RISCV64"),
        Architecture.S390x => IndexOf("SCMP_ARCH_S390X"),
        Architecture other => throw new PlatformNotSupportedException($"no system call table for {other}"),
    };
}
