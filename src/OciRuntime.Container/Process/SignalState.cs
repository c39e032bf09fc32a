using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>
/// Signal dispositions and the signal mask. execve(2) keeps what is ignored and what is blocked, and both the .NET
/// runtime (SIGPIPE) and the caller of ocirun ignore some: a container starts with the defaults.
/// </summary>
public static unsafe class SignalState
{
    /// <summary>Blocks every signal, so that none is handled by the runtime between the clone and the exec.</summary>
    /// <returns>The mask before.</returns>
    public static ulong BlockAll()
    {
        ulong all = ulong.MaxValue;
        ulong old;
        Check.Ok(sigprocmask(SIG_SETMASK, &all, &old), "rt_sigprocmask");
        return old;
    }

    public static void SetMask(ulong mask) => Check.Ok(sigprocmask(SIG_SETMASK, &mask, null), "rt_sigprocmask");

    /// <summary>Gives one signal its default disposition.</summary>
    public static void SetDefault(int signal)
    {
        kernel_sigaction initial = default;
        Check.Ok(sigaction(signal, &initial, null), "rt_sigaction");
    }

    /// <summary>Has one signal do nothing, until it gets its default again.</summary>
    public static void Ignore(int signal)
    {
        kernel_sigaction ignore = new() { handler = SIG_IGN };
        Check.Ok(sigaction(signal, &ignore, null), "rt_sigaction");
    }

    /// <summary>Every disposition to its default.</summary>
    public static void SetDefaults()
    {
        for (int signal = 1; signal <= SIGRTMAX; signal++)
        {
            if (signal is not (SIGKILL or SIGSTOP))
                SetDefault(signal);
        }
    }

    /// <summary>Every disposition to its default, then nothing blocked. For the moment before execve.</summary>
    public static void Reset()
    {
        SetDefaults();
        SetMask(0);
    }
}
