using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>libseccomp 2 (Debian's libseccomp2), which runc and crun compile profiles with. Used by tests only.</summary>
internal static unsafe class LibSeccomp
{
    private const string Library = "libseccomp.so.2";

    /// <summary>In place of a call's number: no architecture has a call of this name.</summary>
    public const int __NR_SCMP_ERROR = -1;

    public const int EEXIST = 17;

    private const int SCMP_FLTATR_CTL_OPTIMIZE = 8;

    /// <summary>Null, or why the library cannot be used.</summary>
    public static string? Missing { get; } =
        NativeLibrary.TryLoad(Library, out _) ? null : $"{Library} is not installed: apt-get install libseccomp2";

    [StructLayout(LayoutKind.Sequential)]
    public struct scmp_arg_cmp
    {
        public uint arg;
        public int op;
        public ulong datum_a;
        public ulong datum_b;
    }

    [DllImport(Library)]
    public static extern nint seccomp_init(uint action);

    [DllImport(Library)]
    public static extern void seccomp_release(nint context);

    [DllImport(Library)]
    public static extern int seccomp_arch_add(nint context, uint token);

    [DllImport(Library)]
    public static extern int seccomp_arch_remove(nint context, uint token);

    [DllImport(Library)]
    public static extern int seccomp_rule_add_array(nint context, uint action, int syscall, uint count, scmp_arg_cmp* args);

    /// <summary>The name of a call of this machine's architecture; null: there is none.</summary>
    public static string? seccomp_syscall_resolve_num(int number)
    {
        nint name = seccomp_syscall_resolve_num_arch(0, number);
        string? text = Marshal.PtrToStringUTF8(name);
        NativeMemory.Free((void*)name);
        return text;
    }

    public static int seccomp_syscall_resolve_name(string name)
    {
        fixed (byte* utf8 = System.Text.Encoding.UTF8.GetBytes(name + "\0"))
            return seccomp_syscall_resolve_name(utf8);
    }

    public static int seccomp_syscall_resolve_name_arch(uint token, string name)
    {
        fixed (byte* utf8 = System.Text.Encoding.UTF8.GetBytes(name + "\0"))
            return seccomp_syscall_resolve_name_arch(token, utf8);
    }

    /// <summary>Asks for a binary tree, as runc does for long profiles.</summary>
    public static int Optimize(nint context) => seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);

    /// <summary>The program, in this machine's byte order.</summary>
    /// <param name="context">The library's filter.</param>
    /// <param name="bigEndian">The byte order of its architectures.</param>
    /// <param name="actions">All values that it returns.</param>
    public static sock_filter[] Export(nint context, bool bigEndian, IReadOnlySet<uint> actions)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.OpenWrite(path))
            {
                int result = seccomp_export_bpf(context, (int)file.SafeFileHandle.DangerousGetHandle());
                if (result != 0)
                    throw new InvalidOperationException($"seccomp_export_bpf: {result}");
            }

            sock_filter[] program = MemoryMarshal.Cast<byte, sock_filter>(File.ReadAllBytes(path)).ToArray();
            foreach (ref sock_filter instruction in program.AsSpan())
            {
                if (!bigEndian)
                    break;
                instruction.code = BinaryPrimitives.ReverseEndianness(instruction.code);
                // When it compiles for the other byte order, the library turns some returned values twice.
                if (instruction.code != (BPF_RET | BPF_K) || !actions.Contains(instruction.k))
                    instruction.k = BinaryPrimitives.ReverseEndianness(instruction.k);
            }

            return program;
        }
        finally
        {
            File.Delete(path);
        }
    }

    [DllImport(Library)]
    private static extern int seccomp_attr_set(nint context, int attribute, uint value);

    [DllImport(Library)]
    private static extern int seccomp_export_bpf(nint context, int fd);

    [DllImport(Library)]
    private static extern nint seccomp_syscall_resolve_num_arch(uint token, int number);

    [DllImport(Library)]
    private static extern int seccomp_syscall_resolve_name(byte* name);

    [DllImport(Library)]
    private static extern int seccomp_syscall_resolve_name_arch(uint token, byte* name);
}
