using System;
using System.IO;
using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace OciRuntime.Tests.Support;

/// <summary>System calls and /proc files that the tests need.</summary>
public static class Linux
{
    /// <summary>Sends a signal; that the process is gone already is not an error.</summary>
    public static void Kill(int pid, int signal) => _ = NativeMethods.kill(pid, signal);

    /// <summary>close(2) of a descriptor that .NET does not own.</summary>
    public static void Close(int descriptor) => Check(Syscall.close(descriptor), "close", "");

    /// <summary>chmod(2).</summary>
    public static void Chmod(string path, int mode) =>
        Check(Syscall.chmod(path, (FilePermissions)mode), "chmod", path);

    /// <summary>lchown(2).</summary>
    public static void Chown(string path, int uid, int gid) =>
        Check(Syscall.lchown(path, (uint)uid, (uint)gid), "lchown", path);

    /// <summary>The identity of a process's namespace, such as <c>pid:[4026531836]</c>.</summary>
    public static string Namespace(string kind, int pid) => Readlink($"/proc/{pid}/ns/{kind}");

    /// <summary>The identity of this process's own namespace.</summary>
    public static string Namespace(string kind) => Readlink($"/proc/self/ns/{kind}");

    /// <summary>The target of a symbolic link, as the kernel gives it.</summary>
    public static string Readlink(string path) =>
        new FileInfo(path).LinkTarget ?? throw new IOException($"not a link: {path}");

    /// <summary>Whether the process exists and is not a zombie.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal static int Check(int result, string call, string subject) =>
        result >= 0 ? result : throw new IOException($"{call} {subject}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError())}");
}
