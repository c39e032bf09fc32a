using System.Diagnostics.CodeAnalysis;
using System.Runtime;
using System.Runtime.InteropServices;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Cli;

/// <summary>
/// What the .NET runtime asks of its platform layer while it starts, answered with less work than that layer does. The
/// linker puts these in its functions' place (<c>--wrap</c> in the project file); like those of <see cref="EntryPoint"/>,
/// they run where there is no runtime yet.
/// </summary>
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
    [RuntimeExport("__wrap_PalStartFinalizerThread")]
    [SuppressMessage("Style", "IDE0060", Justification = "The runtime's signature.")]
    private static bool StartFinalizerThread(nint callback, nint context) => true;

    /// <summary>
    /// The first thread's stack by its limit, where the platform layer has libc read <c>/proc/self/maps</c>; any other's
    /// as that layer does it.
    /// </summary>
    [RuntimeExport("__wrap_PalGetMaximumStackBounds")]
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

    private const nint SYS_prlimit64 = 302, RLIMIT_STACK = 3;

    [DllImport("libc", EntryPoint = "__real_PalGetMaximumStackBounds"), SuppressGCTransition]
    private static extern bool RealGetMaximumStackBounds(nuint* low, nuint* high);
}
