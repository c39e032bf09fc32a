using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using OciRuntime.Container.Lifecycle;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Cli.Start;

/// <summary>
/// What runs before the .NET runtime has started, and before libc has. Starting those twice, only to throw the first away
/// in <see cref="SealedSelf"/>, would be paid by every container, so the usual case of it is done here already. Where
/// this does nothing, <see cref="SealedSelf"/> does it: that is the one that decides.
/// </summary>
/// <remarks>
/// No runtime yet: no allocation, no exception, no static constructor, and system calls without a GC transition. The
/// linker puts these methods before libc's <c>__libc_start_main</c> and the runtime's <c>main</c> (<c>--wrap</c> in the
/// project file).
/// </remarks>
internal static unsafe class EntryPoint
{
    private static bool s_started;

    /// <summary>
    /// The first code of the process. Of libc, <c>syscall</c> alone can be called, once there is a place for errno.
    /// </summary>
    [RuntimeExport("__wrap___libc_start_main"), SkipLocalsInit]
    private static int Enter(nint main, nint argc, byte** argv, nint init, nint fini, nint dynamicFini, nint stackEnd)
    {
        if (argc > 1 && IsSealedCommand(argv + 1))
        {
            byte* errnoBelow = stackalloc byte[1024];
            _ = Call(SYS_arch_prctl, ARCH_SET_FS, (nint)(errnoBelow + 1024));
            ExecuteSealed(argv, argv + argc + 1);
        }
        RuntimeStart.StackEndsAt(stackEnd);
        return LibcStart.Run(main, argc, argv, init, fini, dynamicFini, stackEnd);
    }

    [RuntimeExport("__wrap_main")]
    private static int EnterRuntime(int argc, byte** argv, byte** envp)
    {
        int status = RealMain(argc, argv, envp);
        if (s_started)
            return status;
        Say("ocirun: the .NET runtime inside it could not start; raise the limit on memory (ulimit -v, ulimit -d)\n"u8);
        return 1;
    }

    /// <summary>The first thing that the program's <c>Main</c> does.</summary>
    internal static void Started() => s_started = true;

    /// <summary>
    /// Whether the command is one that calls <see cref="SealedSelf.Ensure"/>, but for restore, which is long anyway. A
    /// mistake towards "no" costs time and nothing else.
    /// </summary>
    private static bool IsSealedCommand(byte** word)
    {
        while (*word is not null && **word == '-')
        {
            byte* name = *word + ((*word)[1] == '-' ? 2 : 1);
            bool takesNext = !Is(name, "debug"u8) && !Is(name, "systemd-cgroup"u8) && !Contains(name, (byte)'=');
            word++;
            if (takesNext && *word is not null)
                word++;
        }
        return *word is not null && (Is(*word, "run"u8) || Is(*word, "exec"u8) || Is(*word, "create"u8));
    }

    /// <summary>Returns when the image is sealed already, or cannot be sealed by a mount.</summary>
    private static void ExecuteSealed(byte** argv, byte** envp)
    {
        fixed (byte* executable = "/proc/self/exe\0"u8, empty = "\0"u8)
        {
            statfs_t fs;
            if (Call(SYS_statfs, (nint)executable, (nint)(&fs)) < 0 || (fs.f_flags & ST_RDONLY) != 0)
                return;
            nint tree = Call(SYS_open_tree, AT_FDCWD, (nint)executable, (nint)(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
            if (tree < 0)
                return;
            var attributes = new mount_attr { attr_set = MOUNT_ATTR_RDONLY };
            if (Call(SYS_mount_setattr, tree, (nint)empty, AT_EMPTY_PATH, (nint)(&attributes), sizeof(mount_attr)) >= 0)
                _ = Call(SYS_execveat, tree, (nint)empty, (nint)argv, (nint)envp, AT_EMPTY_PATH);
            _ = Call(SYS_close, tree);
        }
    }

    private static bool Is(byte* word, ReadOnlySpan<byte> name) => StartsWith(word, name) && word[name.Length] == 0;

    private static bool StartsWith(byte* word, ReadOnlySpan<byte> name)
    {
        foreach (byte character in name)
        {
            if (*word++ != character)
                return false;
        }
        return true;
    }

    private static bool Contains(byte* word, byte character)
    {
        while (*word != 0 && *word != character)
            word++;
        return *word != 0;
    }

    private static void Say(ReadOnlySpan<byte> text)
    {
        fixed (byte* p = text)
            _ = Call(SYS_write, STDERR_FILENO, (nint)p, text.Length);
    }

    internal static nint Call(nint number, nint a, nint b = 0, nint c = 0, nint d = 0, nint e = 0) => syscall(number, a, b, c, d, e);

    internal static bool TryGetLimit(nint resource, rlimit* limit) => Call(SYS_prlimit64, 0, resource, 0, (nint)limit) >= 0;

    internal const nint SYS_close = 3;

    private const nint SYS_write = 1, SYS_statfs = 137, SYS_arch_prctl = 158, SYS_prlimit64 = 302, SYS_execveat = 322, SYS_open_tree = 428, SYS_mount_setattr = 442;

    private const nint ARCH_SET_FS = 0x1002;

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("syscall")]
    private static extern nint syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real_main")]
    private static extern int RealMain(int argc, byte** argv, byte** envp);
}
