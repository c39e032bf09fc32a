using System;
using System.IO;
using System.Runtime.InteropServices;

namespace OciRuntime.Tests.Support;

/// <summary>The agent's end of <c>SCMP_ACT_NOTIFY</c> (seccomp_unotify(2)).</summary>
public static unsafe class SeccompListener
{
    private const ulong SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
    private const ulong SECCOMP_IOCTL_NOTIF_SEND = 0xc0182101;

    /// <summary>Waits for a call and has it fail.</summary>
    /// <param name="listener">The notify descriptor.</param>
    /// <param name="error">The error number that the caller sees.</param>
    /// <returns>The call's number and its AUDIT_ARCH_*.</returns>
    public static (int Number, uint Arch) Answer(int listener, int error)
    {
        // struct seccomp_notif: id, pid, flags, and seccomp_data with the number and the architecture first.
        ulong* call = stackalloc ulong[10];
        new Span<ulong>(call, 10).Clear();
        Call(listener, SECCOMP_IOCTL_NOTIF_RECV, call);
        // struct seccomp_notif_resp: id, val, error, flags.
        ulong* answer = stackalloc ulong[] { call[0], 0, (uint)-error };
        Call(listener, SECCOMP_IOCTL_NOTIF_SEND, answer);
        return ((int)call[2], (uint)(call[2] >> 32));
    }

    private static void Call(int listener, ulong request, void* argument)
    {
        if (NativeMethods.ioctl(listener, request, argument) < 0)
            throw new IOException($"ioctl {request:x}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }
}
