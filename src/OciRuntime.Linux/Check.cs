using System.Diagnostics.CodeAnalysis;

namespace OciRuntime.Linux;

/// <summary>Turns C's -1 into <see cref="LinuxException"/>.</summary>
public static class Check
{
    /// <summary>Returns <paramref name="result"/>.</summary>
    /// <exception cref="LinuxException"><paramref name="result"/> is negative.</exception>
    public static int Ok(int result, string call, string? subject = null)
    {
        if (result < 0)
            Throw(call, subject);
        return result;
    }

    /// <inheritdoc cref="Ok(int, string, string?)"/>
    public static nint Ok(nint result, string call, string? subject = null)
    {
        if (result < 0)
            Throw(call, subject);
        return result;
    }

    /// <summary>Takes ownership of a descriptor that a call returned.</summary>
    /// <exception cref="LinuxException"><paramref name="result"/> is negative.</exception>
    public static FileDescriptor Fd(int result, string call, string? subject = null) =>
        new(Ok(result, call, subject));

    [DoesNotReturn]
    private static void Throw(string call, string? subject) => throw new LinuxException(call, LibC.errno, subject);
}
