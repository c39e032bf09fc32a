using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

// elf.h, sys/auxv.h
public static unsafe partial class LibC
{
    public const uint PT_LOAD = 1;
    public const uint PF_X = 1;
    public const uint PF_R = 4;

    /// <summary>A segment of the program's file, as elf(5) has it for 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Elf64_Phdr
    {
        public uint p_type;
        public uint p_flags;
        public ulong p_offset;
        public ulong p_vaddr;
        public ulong p_paddr;
        public ulong p_filesz;
        public ulong p_memsz;
        public ulong p_align;
    }

    /// <summary>Address of the program's segments in memory.</summary>
    public const nuint AT_PHDR = 3;

    /// <summary>Number of them.</summary>
    public const nuint AT_PHNUM = 5;

    /// <summary>0 when the kernel has not given that value.</summary>
    [DllImport(libc)]
    public static extern nuint getauxval(nuint type);
}
