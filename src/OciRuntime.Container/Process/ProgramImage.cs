using System.Runtime.CompilerServices;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>The running program's file in memory.</summary>
internal static unsafe class ProgramImage
{
    /// <summary>
    /// Takes the program's code out of this process's memory, for a long wait: what runs after it is mapped again from
    /// the page cache, sixteen pages at a time. Nothing is lost, so a failure is none; of the constants something would
    /// be, since the .NET runtime writes one of them at its start. The addresses are those of a program that is linked to
    /// its place, as ocirun is. Part of its caller, so that its own code is not sixteen more pages.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LetGo()
    {
        var segments = (Elf64_Phdr*)getauxval(AT_PHDR);
        int count = segments is null ? 0 : (int)getauxval(AT_PHNUM);
        for (int i = 0; i < count; i++)
        {
            ref readonly Elf64_Phdr segment = ref segments[i];
            if (segment.p_type == PT_LOAD && segment.p_flags == (PF_R | PF_X))
                _ = madvise((void*)segment.p_vaddr, (nint)segment.p_memsz, MADV_DONTNEED);
        }
    }
}
