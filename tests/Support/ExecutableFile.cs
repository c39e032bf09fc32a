using System;
using System.IO;
using System.Threading;

namespace OciRuntime.Tests.Support;

/// <summary>
/// Files that are executed as soon as they are written. A process that another test starts meanwhile has their descriptor
/// until it executes its own program, and whoever executes the file until then gets "text file busy" (execve(2)): so none
/// is started while one is open.
/// </summary>
public static class ExecutableFile
{
    private static readonly ReaderWriterLockSlim s_open = new();

    /// <summary>Copies a file with its permissions.</summary>
    public static void Copy(string source, string target) => Write(() => File.Copy(source, target));

    /// <summary>Writes a script, with a mode.</summary>
    public static void Write(string path, string content, int mode = 0b111_101_101) => Write(() =>
    {
        File.WriteAllText(path, content);
        Linux.Chmod(path, mode);
    });

    /// <summary>Whatever writes a file.</summary>
    public static void Write(Action write)
    {
        s_open.EnterWriteLock();
        try
        {
            write();
        }
        finally
        {
            s_open.ExitWriteLock();
        }
    }

    /// <summary>Starts a process; returns when it has executed its program.</summary>
    public static T Start<T>(Func<T> start)
    {
        s_open.EnterReadLock();
        try
        {
            return start();
        }
        finally
        {
            s_open.ExitReadLock();
        }
    }
}
