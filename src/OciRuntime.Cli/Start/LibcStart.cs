using System.Runtime;
using System.Runtime.CompilerServices;

namespace OciRuntime.Cli.Start;

/// <summary>
/// The start of the libc that is linked in, without what a container runtime has no use for: a look at the processor for
/// the best of several versions of functions such as memcpy, which is some forty CPUID instructions, each of them a trap of
/// several microseconds in a virtual machine, and tunables, which any caller could set. The functions' plainest versions
/// are used.
/// </summary>
/// <remarks>
/// <para>
/// What <c>__libc_start_main</c> does in a static program (csu/libc-start.c), in its order. It is glibc's own business and
/// may change from one version to the next: any other than the one that this was written for starts itself.
/// </para>
/// <para>
/// Also left out are the relocation of a program that is independent of its position, which this one is not; what is to be
/// called at the end (<c>.fini_array</c>), none of which matters to a process that ends; and the first thread's place to
/// return to from <c>pthread_exit</c>, which nobody calls.
/// </para>
/// </remarks>
internal static unsafe class LibcStart
{
    /// <summary>Bytes from which on a copy is not to fill the caches: three quarters of 1 MiB, what glibc takes for a cache's size.</summary>
    private const nint NonTemporalThreshold = 0xC0000;

    /// <summary>The kernel's old minimum, for one that names none (before Linux 5.14).</summary>
    private const nint MinimalSignalStack = 2048;

    /// <summary>Places in the thread control block (sysdeps/x86_64/nptl/tls.h).</summary>
    private const int StackGuard = 0x28, PointerGuard = 0x30;

    /// <summary>Does not return.</summary>
    /// <inheritdoc cref="EntryPoint.Enter"/>
    public static int Run(nint main, nint argc, byte** argv, nint init, nint fini, nint dynamicFini, nint stackEnd)
    {
        byte* version = gnu_get_libc_version();
        if (version[0] != '2' || version[1] != '.' || version[2] != '3' || version[3] != '6' || version[4] != 0)
            return __libc_start_main(main, argc, argv, init, fini, dynamicFini, stackEnd);

        byte** environ = argv + argc + 1;
        *(byte***)(delegate*<void>)&__environ = environ;
        *(nint*)(delegate*<void>)&__libc_stack_end = stackEnd;
        byte** auxiliary = environ;
        while (*auxiliary++ is not null)
            continue;
        _dl_aux_init(auxiliary);
        // A glibc of this version without a later correction finds the program's headers by itself. It repeats the above.
        if (*(nint*)(delegate*<void>)&_dl_phdr == 0)
            return __libc_start_main(main, argc, argv, init, fini, dynamicFini, stackEnd);
        if (*(nint*)(delegate*<void>)&_dl_minsigstacksize == 0)
            *(nint*)(delegate*<void>)&_dl_minsigstacksize = MinimalSignalStack;

        *(nint*)(delegate*<void>)&__x86_shared_non_temporal_threshold = NonTemporalThreshold;
        *(nint*)(delegate*<void>)&__x86_rep_movsb_stop_threshold = NonTemporalThreshold;
        // Each is an Elf64_Rela: r_offset, r_info, r_addend.
        for (nint* entry = (nint*)(delegate*<void>)&__rela_iplt_start; entry < (nint*)(delegate*<void>)&__rela_iplt_end; entry += 3)
            *(nint*)entry[0] = ((delegate* unmanaged[SuppressGCTransition]<nint>)entry[2])();

        __libc_setup_tls();
        nuint* random = *(nuint**)(delegate*<void>)&_dl_random;
        byte* thread = pthread_self();
        // The lowest byte is zero, against strings that run over.
        *(nuint*)(thread + StackGuard) = random[0] & ~(nuint)0xFF;
        *(nuint*)(thread + PointerGuard) = random[1];

        __libc_early_init(1);
        __libc_init_first(argc, argv, environ);
        if (*(int*)(delegate*<void>)&__libc_enable_secure != 0)
            __libc_check_standard_fds();
        _init();
        for (nint* function = (nint*)(delegate*<void>)&__init_array_start; function < (nint*)(delegate*<void>)&__init_array_end; function++)
            ((delegate* unmanaged[SuppressGCTransition]<nint, byte**, byte**, void>)*function)(argc, argv, environ);
        return exit(((delegate* unmanaged[SuppressGCTransition]<nint, byte**, byte**, int>)main)(argc, argv, environ));
    }

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("gnu_get_libc_version")]
    private static extern byte* gnu_get_libc_version();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__real___libc_start_main")]
    private static extern int __libc_start_main(nint main, nint argc, byte** argv, nint init, nint fini, nint dynamicFini, nint stackEnd);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("_dl_aux_init")]
    private static extern void _dl_aux_init(byte** auxiliary);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__libc_setup_tls")]
    private static extern void __libc_setup_tls();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("pthread_self")]
    private static extern byte* pthread_self();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__libc_early_init")]
    private static extern void __libc_early_init(byte isInitial);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__libc_init_first")]
    private static extern void __libc_init_first(nint argc, byte** argv, byte** environ);

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__libc_check_standard_fds")]
    private static extern void __libc_check_standard_fds();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("_init")]
    private static extern void _init();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("exit")]
    private static extern int exit(int status);

    // Variables.
    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("_dl_phdr")]
    private static extern void _dl_phdr();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("_dl_minsigstacksize")]
    private static extern void _dl_minsigstacksize();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__environ")]
    private static extern void __environ();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__libc_stack_end")]
    private static extern void __libc_stack_end();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__x86_shared_non_temporal_threshold")]
    private static extern void __x86_shared_non_temporal_threshold();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__x86_rep_movsb_stop_threshold")]
    private static extern void __x86_rep_movsb_stop_threshold();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__rela_iplt_start")]
    private static extern void __rela_iplt_start();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__rela_iplt_end")]
    private static extern void __rela_iplt_end();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("_dl_random")]
    private static extern void _dl_random();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__libc_enable_secure")]
    private static extern void __libc_enable_secure();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__init_array_start")]
    private static extern void __init_array_start();

    [MethodImpl(MethodImplOptions.InternalCall), RuntimeImport("__init_array_end")]
    private static extern void __init_array_end();
}
