using System;

namespace OciRuntime.Linux;

/// <summary>
/// An open file descriptor and the duty to close it. A struct, so that it costs nothing and leaves nothing for a
/// finalizer: the runtime clones itself, and a finalizer thread must never touch descriptors behind its back.
/// Copies share the number; exactly one of them is disposed.
/// </summary>
public readonly struct FileDescriptor : IDisposable, IEquatable<FileDescriptor>
{
    private readonly int _numberPlusOne;

    public FileDescriptor(int number) => _numberPlusOne = number + 1;

    /// <summary>No descriptor; disposing of it does nothing. The default value.</summary>
    public static FileDescriptor None => default;

    /// <summary>The descriptor's number; -1 for <see cref="None"/>.</summary>
    public int Number => _numberPlusOne - 1;

    public bool IsOpen => _numberPlusOne > 0;

    /// <summary>The number, so that a descriptor can stand where C wants an <c>int</c>.</summary>
    public static implicit operator int(FileDescriptor fd) => fd.Number;

    public int ToInt32() => Number;

    /// <summary>Closes the descriptor. Errors of <c>close(2)</c> are ignored: the number is free either way.</summary>
    public void Dispose()
    {
        if (IsOpen)
            _ = LibC.close(Number);
    }

    public bool Equals(FileDescriptor other) => _numberPlusOne == other._numberPlusOne;

    public override bool Equals(object? obj) => obj is FileDescriptor other && Equals(other);

    public override int GetHashCode() => _numberPlusOne;
}
