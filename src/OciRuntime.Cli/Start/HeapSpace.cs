using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Cli.Start;

/// <summary>
/// The heap's address space, as one writable mapping. The garbage collector means to reserve it without access and to open
/// it piece by piece, each of them two system calls and a mapping of its own for every clone to copy. The linker puts these
/// methods in the place of what it calls for that.
/// </summary>
/// <remarks>
/// It calls them while it has stopped every thread. They must not stop themselves, as the compiler has a thread do at the
/// unmanaged calls of <see cref="System.Runtime.InteropServices.SuppressGCTransitionAttribute"/> or a delegate: all that
/// they call is a <see cref="RuntimeImportAttribute"/>. Nor must another thread stop them: there is none. A C++ function's
/// <c>bool</c> is the lowest byte of the <c>int</c> that is declared here.
/// </remarks>
internal static unsafe class HeapSpace
{
    private const int MostRanges = 8;

    [InlineArray(MostRanges)]
    private struct Ranges
    {
        private (nint From, nint To) _first;
    }

    private static Ranges s_ranges;
    private static int s_count;

    private const nint SYS_read = 0, SYS_openat = 257, RLIMIT_DATA = 2;
    private const nint Page = 4096, MAP_FAILED = -1;
    private const int PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20, MAP_NORESERVE = 0x4000, MADV_NOHUGEPAGE = 15;

    /// <summary>Writable from the beginning, where that may be.</summary>
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

    [RuntimeExport("__wrap__ZN15GCToOSInterface14VirtualReleaseEPvm")]
    private static int Release(nint address, nint size)
    {
        for (int i = 0; i < s_count; i++)
        {
            if (s_ranges[i].From == address)
            {
                s_ranges[i] = s_ranges[--s_count];
                break;
            }
        }
        return munmap(address, size) == 0 ? 1 : 0;
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
        if (!EntryPoint.TryGetLimit(RLIMIT_DATA, &limit) || limit.rlim_cur != RLIM_INFINITY)
            return true;
        byte mode = (byte)'2';
        fixed (byte* path = "/proc/sys/vm/overcommit_memory\0"u8)
        {
            nint fd = EntryPoint.Call(SYS_openat, AT_FDCWD, (nint)path, O_RDONLY | O_CLOEXEC);
            if (fd < 0)
                return true;
            _ = EntryPoint.Call(SYS_read, fd, (nint)(&mode), 1);
            _ = EntryPoint.Call(EntryPoint.SYS_close, fd);
        }
        return mode == '2';
    }

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
}
