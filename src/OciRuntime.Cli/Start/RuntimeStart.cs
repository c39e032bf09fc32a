using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using System.Runtime.CompilerServices;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Cli.Start;

/// <summary>
/// What the .NET runtime asks of its platform layer while it starts, answered with less work than that layer does. The
/// linker puts these in its functions' place (<c>--wrap</c> in the project file); like those of <see cref="EntryPoint"/>,
/// they run where there is no runtime yet.
/// </summary>
/// <remarks>
/// The garbage collector calls some of them while it has stopped every thread. They must not stop themselves, as the
/// compiler has a thread do at the unmanaged calls of <see cref="System.Runtime.InteropServices.SuppressGCTransitionAttribute"/>
/// or a delegate: all that they call is a <see cref="RuntimeImportAttribute"/>. Nor must another thread stop them: there is
/// none. A C++ function's <c>bool</c> is the lowest byte of the <c>int</c> that is declared here.
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
    private static int GetMaximumStackBounds(nuint* low, nuint* high)
    {
        const nuint MostOfIt = 8 << 20, Page = (nuint)RuntimeStart.Page;
        rlimit limit;
        if (EntryPoint.Call(SYS_prlimit64, 0, RLIMIT_STACK, 0, (nint)(&limit)) < 0)
            return RealGetMaximumStackBounds(low, high);
        nuint size = limit.rlim_cur < MostOfIt ? (nuint)limit.rlim_cur : MostOfIt;
        nuint here = (nuint)(&limit);
        if (here > s_stackEnd || here < s_stackEnd - size)
            return RealGetMaximumStackBounds(low, high);
        *high = (s_stackEnd + Page - 1) & ~(Page - 1);
        *low = *high - size;
        return 1;
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
    /// instructions, each of which is a trap of microseconds in a virtual machine. It would also tell whether the processor
    /// has what the compiler takes for granted, which is nothing (<c>IlcInstructionSet</c>; x86-64-v1 with .NET 10).
    /// </summary>
    [RuntimeExport("__wrap_minipal_getcpufeatures")]
    private static int GetProcessorFeatures() => *(int*)(delegate*<void>)&g_requiredCpuFeatures;

    /// <summary>
    /// The heap's address space, writable from the beginning. The garbage collector means to open it piece by piece, each of
    /// them two system calls and a mapping of its own for every clone to copy.
    /// </summary>
    /// <param name="size">Bytes.</param>
    /// <param name="alignment">Of the address: 0, or a power of two.</param>
    /// <param name="flags">0, or what the heap does not use here.</param>
    /// <param name="node">Of memory: none in particular.</param>
    [RuntimeExport("__wrap__ZN15GCToOSInterface14VirtualReserveEmmjt")]
    private static nint Reserve(nint size, nint alignment, uint flags, ushort node)
    {
        if (flags != 0 || s_count == MostRanges || MayNotBeWritable())
            return RealReserve(size, alignment, flags, node);
        nint surplus = alignment > Page ? alignment - Page : 0;
        nint start = mmap(0, size + surplus, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start == MAP_FAILED)
            return RealReserve(size, alignment, flags, node);
        nint aligned = (start + surplus) & -Math.Max(alignment, Page);
        nint end = (start + size + surplus + Page - 1) & -Page, alignedEnd = (aligned + size + Page - 1) & -Page;
        if (aligned > start)
            _ = munmap(start, aligned - start);
        if (end > alignedEnd)
            _ = munmap(alignedEnd, end - alignedEnd);
        // A huge page is 2 MiB to clear, and to have.
        _ = madvise(aligned, size, MADV_NOHUGEPAGE);
        s_ranges[s_count++] = (aligned, alignedEnd);
        return aligned;
    }

    [RuntimeExport("__wrap__ZN15GCToOSInterface13VirtualCommitEPvmt")]
    private static int Commit(nint address, nint size, ushort node) => IsWritable(address) ? 1 : RealCommit(address, size, node);

    [RuntimeExport("__wrap__ZN15GCToOSInterface15VirtualDecommitEPvm")]
    private static int Decommit(nint address, nint size) =>
        !IsWritable(address) ? RealDecommit(address, size) : madvise(address, size, MADV_DONTNEED) == 0 ? 1 : 0;

    private static bool IsWritable(nint address)
    {
        for (int i = 0; i < s_count; i++)
        {
            if (address >= s_ranges[i].From && address < s_ranges[i].To)
                return true;
        }
        return false;
    }

    /// <summary>
    /// Whether all that is writable counts, used or not: towards <c>ulimit -d</c>, or with strict overcommit
    /// (<c>vm.overcommit_memory</c> 2), towards what the host has to give, once more for each clone.
    /// </summary>
    private static bool MayNotBeWritable()
    {
        if (s_count > 0)
            return false;
        rlimit limit;
        if (EntryPoint.Call(SYS_prlimit64, 0, RLIMIT_DATA, 0, (nint)(&limit)) < 0 || limit.rlim_cur != RLIM_INFINITY)
            return true;
        byte mode = (byte)'2';
        fixed (byte* path = "/proc/sys/vm/overcommit_memory\0"u8)
        {
            nint fd = EntryPoint.Call(SYS_openat, AT_FDCWD, (nint)path, O_RDONLY | O_CLOEXEC);
            if (fd < 0)
                return true;
            _ = EntryPoint.Call(SYS_read, fd, (nint)(&mode), 1);
            _ = EntryPoint.Call(SYS_close, fd);
        }
        return mode == '2';
    }

    private const int MostRanges = 8;

    [InlineArray(MostRanges)]
    private struct Ranges
    {
        private (nint From, nint To) _first;
    }

    private static Ranges s_ranges;
    private static int s_count;

    private const nint Page = 4096, MAP_FAILED = -1;
    private const int PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20, MAP_NORESERVE = 0x4000, MADV_DONTNEED = 4, MADV_NOHUGEPAGE = 15;

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("mmap")]
    private static extern nint mmap(nint address, nint length, int protection, int flags, int fd, nint offset);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("munmap")]
    private static extern int munmap(nint address, nint length);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("madvise")]
    private static extern int madvise(nint address, nint length, int advice);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real__ZN15GCToOSInterface14VirtualReserveEmmjt")]
    private static extern nint RealReserve(nint size, nint alignment, uint flags, ushort node);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real__ZN15GCToOSInterface13VirtualCommitEPvmt")]
    private static extern int RealCommit(nint address, nint size, ushort node);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real__ZN15GCToOSInterface15VirtualDecommitEPvm")]
    private static extern int RealDecommit(nint address, nint size);

    private const nint SYS_prlimit64 = 302, SYS_read = 0, SYS_close = 3, SYS_openat = 257, RLIMIT_DATA = 2, RLIMIT_STACK = 3;

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real__Z24PalGetMaximumStackBoundsPPvS0_")]
    private static extern int RealGetMaximumStackBounds(nuint* low, nuint* high);

    /// <summary>A variable: the instruction sets that the compiler was told to use without asking.</summary>
    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("g_requiredCpuFeatures")]
    private static extern void g_requiredCpuFeatures();
}
