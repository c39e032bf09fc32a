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
/// <remarks>A C++ function's <c>bool</c> is the lowest byte of the <c>int</c> that is declared here.</remarks>
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
        const nuint MostOfIt = 8 << 20, Page = 4096;
        rlimit limit;
        if (!EntryPoint.TryGetLimit(RLIMIT_STACK, &limit))
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

    private const nint RLIMIT_STACK = 3;

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real__Z24PalGetMaximumStackBoundsPPvS0_")]
    private static extern int RealGetMaximumStackBounds(nuint* low, nuint* high);

    /// <summary>A variable: the instruction sets that the compiler was told to use without asking.</summary>
    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("g_requiredCpuFeatures")]
    private static extern void g_requiredCpuFeatures();
}
