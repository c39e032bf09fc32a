using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

/// <summary>
/// The kernel as C sees it: one partial file per C header, with C's own names, types and return values
/// (-1 and <c>errno</c>). No policy lives here. Functions that glibc does not wrap, or wraps in a way that is
/// unsafe after a raw <c>clone3</c>, go through <see cref="syscall(nint, nint, nint, nint, nint, nint, nint)"/>.
/// </summary>
public static unsafe partial class LibC
{
    private const string libc = "libc";

    /// <summary>The value of <c>errno</c> left by the last call of this class on this thread.</summary>
    public static int errno => Marshal.GetLastPInvokeError();

    [DllImport(libc, SetLastError = true)]
    private static extern nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    private static nint syscall(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0) =>
        syscall(number, a, b, c, d, e, 0);
}
