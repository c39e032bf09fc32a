using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace OciRuntime.Integration.Tests.Cve;

/// <summary>An attacker at full speed: two names keep changing places, of which both are always there, until this is disposed of.</summary>
internal sealed class Exchange : IDisposable
{
    private const int AT_FDCWD = -100;
    private const uint RENAME_EXCHANGE = 2;

    private readonly Thread _thread;
    private volatile bool _ends;
    private int _count;

    public Exchange(string first, string second)
    {
        _thread = new Thread(() =>
        {
            for (; !_ends || _count % 2 != 0; _count++)
                _ = renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
        });
        _thread.Start();
    }

    /// <summary>How often they have changed places.</summary>
    public int Count => _count;

    public void Dispose()
    {
        _ends = true;
        _thread.Join();
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int renameat2(int olddirfd, string oldpath, int newdirfd, string newpath, uint flags);
}
