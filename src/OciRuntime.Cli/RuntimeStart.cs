using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using System.Runtime.CompilerServices;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Cli;

/// <summary>
/// What the .NET runtime asks of its platform layer while it starts, answered with less work than that layer does. The
/// linker puts these in its functions' place (<c>--wrap</c> in the project file); like those of <see cref="EntryPoint"/>,
/// they run where there is no runtime yet.
/// </summary>
/// <remarks>
/// The garbage collector calls some of them while it has stopped every thread. They must not stop themselves, as the
/// compiler has a thread do at the unmanaged calls of <see cref="System.Runtime.InteropServices.SuppressGCTransitionAttribute"/>
/// or a delegate: all that they call is a <see cref="RuntimeImportAttribute"/>.
/// </remarks>
internal static unsafe class RuntimeStart
{
    private static nuint s_stackEnd;

    /// <summary>Where the stack of the process's only thread began, as the kernel's start of the program left it.</summary>
    internal static void StackEndsAt(nint address) => s_stackEnd = (nuint)address;

    /// <summary>
    /// There is no thread for finalizers, since nothing in the program has one that matters: descriptors and buffers are
    /// given back where they are used. The thread would cost a tenth of a short command, and a process with a single
    /// thread is what a container's init should be cloned from: no lock can be held by a thread that the clone lacks.
    /// </summary>
    [RuntimeExport("__wrap__Z23PalStartFinalizerThreadPFjPvES_")]
    [SuppressMessage("Style", "IDE0060", Justification = "The runtime's signature.")]
    private static bool StartFinalizerThread(nint callback, nint context) => true;

    /// <summary>
    /// The first thread's stack by its limit, where the platform layer has libc read <c>/proc/self/maps</c>; any other's
    /// as that layer does it.
    /// </summary>
    [RuntimeExport("__wrap__Z24PalGetMaximumStackBoundsPPvS0_")]
    private static bool GetMaximumStackBounds(nuint* low, nuint* high)
    {
        const nuint MostOfIt = 8 << 20, Page = 4096;
        rlimit limit;
        if (EntryPoint.Call(SYS_prlimit64, 0, RLIMIT_STACK, 0, (nint)(&limit)) < 0)
            return RealGetMaximumStackBounds(low, high);
        nuint size = limit.rlim_cur < MostOfIt ? (nuint)limit.rlim_cur : MostOfIt;
        nuint here = (nuint)(&limit);
        if (here > s_stackEnd || here < s_stackEnd - size)
            return RealGetMaximumStackBounds(low, high);
        *high = (s_stackEnd + Page - 1) & ~(Page - 1);
        *low = *high - size;
        return true;
    }

    /// <summary>
    /// The heap's limit is fixed and small: what the host has left does not change when garbage is collected. The
    /// platform layer reads <c>/proc/meminfo</c> for it.
    /// </summary>
    [RuntimeExport("__wrap__ZN15GCToOSInterface15GetMemoryStatusEmPjPmS1_")]
    private static void GetMemoryStatus(ulong restrictedLimit, uint* memoryLoad, ulong* availablePhysical, ulong* availablePageFile)
    {
        if (memoryLoad is not null)
            *memoryLoad = 0;
        if (availablePhysical is not null)
            *availablePhysical = uint.MaxValue;
        if (availablePageFile is not null)
            *availablePageFile = 0;
    }

    /// <summary>
    /// None. The .NET runtime takes settings from variables, and does not start with some: what the caller has set for
    /// another program is not ours to obey.
    /// </summary>
    [RuntimeExport("__wrap__Z25PalGetEnvironmentVariablePKcPcj")]
    [SuppressMessage("Style", "IDE0060", Justification = "The runtime's signature.")]
    private static uint GetEnvironmentVariable(byte* name, byte* value, uint size) => 0;

    /// <summary>
    /// The processor is one of the architecture's first, for all that the program has use for. Looking takes CPUID
    /// instructions, each of which is a trap of microseconds in a virtual machine.
    /// </summary>
    [RuntimeExport("__wrap_minipal_getcpufeatures")]
    private static int GetProcessorFeatures() => *(int*)(delegate*<void>)&g_requiredCpuFeatures;

    /// <summary>
    /// The heap's address space is writable from the beginning. The garbage collector reserves it without access and opens
    /// it piece by piece, each of them a mapping of its own for every clone to copy. Where that much may not be writable
    /// (<c>ulimit -d</c>, strict overcommit), it is as the collector wants it.
    /// </summary>
    [RuntimeExport("__wrap_mmap64")]
    private static nint Map(nint address, nint length, int protection, int flags, int fd, nint offset)
    {
        if (protection == PROT_NONE && !s_opensPieces)
        {
            nint mapped = RealMap(address, length, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, fd, offset);
            if (mapped != MAP_FAILED)
            {
                s_isWritable = true;
                // A huge page is 2 MiB to clear, and to have.
                _ = RealAdvise(mapped, length, MADV_NOHUGEPAGE);
                return mapped;
            }
            s_opensPieces = !s_isWritable;
        }
        return RealMap(address, length, protection, flags, fd, offset);
    }

    [RuntimeExport("__wrap_mprotect")]
    private static int Protect(nint address, nint length, int protection)
    {
        bool isHeap = address > (nint)(delegate*<void>)&_end;
        return isHeap && s_isWritable && protection == (PROT_READ | PROT_WRITE) ? 0 : RealProtect(address, length, protection);
    }

    /// <summary>Nothing is left out of a core dump and brought back as the heap grows: that would part its mapping again.</summary>
    [RuntimeExport("__wrap_madvise")]
    private static int Advise(nint address, nint length, int advice) =>
        advice is MADV_DONTDUMP or MADV_DODUMP ? 0 : RealAdvise(address, length, advice);

    private static bool s_isWritable;
    private static bool s_opensPieces;

    private const int PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, MAP_NORESERVE = 0x4000;
    private const int MADV_NOHUGEPAGE = 15, MADV_DONTDUMP = 16, MADV_DODUMP = 17;
    private const nint MAP_FAILED = -1;

    private const nint SYS_prlimit64 = 302, RLIMIT_STACK = 3;

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real_mmap64")]
    private static extern nint RealMap(nint address, nint length, int protection, int flags, int fd, nint offset);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real_mprotect")]
    private static extern int RealProtect(nint address, nint length, int protection);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real_madvise")]
    private static extern int RealAdvise(nint address, nint length, int advice);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real__Z24PalGetMaximumStackBoundsPPvS0_")]
    private static extern bool RealGetMaximumStackBounds(nuint* low, nuint* high);

    /// <summary>A variable: the instruction sets that the compiler was told to use without asking.</summary>
    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("g_requiredCpuFeatures")]
    private static extern void g_requiredCpuFeatures();

    /// <summary>The linker's: where the program's own variables end.</summary>
    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("_end")]
    private static extern void _end();
}
