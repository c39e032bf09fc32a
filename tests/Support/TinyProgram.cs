using System;
using System.IO;

namespace OciRuntime.Tests.Support;

/// <summary>
/// The smallest x86 programs, most of them one system call, whose error number, or 0, is the exit status.
/// Made here because the host need not have a compiler, and has none for 32 bits.
/// </summary>
public static class TinyProgram
{
    private const uint Base = 0x08048000;

    /// <summary>Writes a program for i386.</summary>
    /// <param name="path">Where; becomes executable.</param>
    /// <param name="call">The number in i386's table.</param>
    public static void Write32(string path, int call) => Write(path, is64: false,
    [
        0x31, 0xDB, 0x31, 0xC9, // xor ebx, ebx; xor ecx, ecx
        0xB8, .. BitConverter.GetBytes(call), // mov eax, call
        0xCD, 0x80, // int 0x80
        0x31, 0xDB, 0x85, 0xC0, // xor ebx, ebx; test eax, eax
        0x79, 0x04, // jns over the next two
        0xF7, 0xD8, 0x89, 0xC3, // neg eax; mov ebx, eax
        0xB8, 1, 0, 0, 0, // mov eax, exit
        0xCD, 0x80, // int 0x80
    ]);

    /// <summary>Writes a program for x86_64.</summary>
    /// <param name="path">Where; becomes executable.</param>
    /// <param name="call">The number in x86_64's table.</param>
    /// <param name="first">Its first argument; the others follow.</param>
    /// <param name="second">The second one.</param>
    /// <param name="third">The third one.</param>
    public static void Write64(string path, int call, int first = 0, int second = 0, int third = 0) => Write(path, is64: true,
    [
        0xBF, .. BitConverter.GetBytes(first), // mov edi, first
        0xBE, .. BitConverter.GetBytes(second), // mov esi, second
        0xBA, .. BitConverter.GetBytes(third), // mov edx, third
        0xB8, .. BitConverter.GetBytes(call), // mov eax, call
        0x0F, 0x05, // syscall
        0x31, 0xFF, 0x85, 0xC0, // xor edi, edi; test eax, eax
        0x79, 0x04, // jns over the next two
        0xF7, 0xD8, 0x89, 0xC7, // neg eax; mov edi, eax
        0xB8, 60, 0, 0, 0, // mov eax, exit
        0x0F, 0x05, // syscall
    ]);

    /// <summary>Writes a program for x86_64 whose first thread ends at once, while a second one waits for a signal.</summary>
    /// <param name="path">Where; becomes executable.</param>
    public static void WriteFirstThreadEnds(string path) => Write(path, is64: true,
    [
        0xBF, .. BitConverter.GetBytes(0x10F00), // mov edi, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD
        0x31, 0xF6, 0x31, 0xD2, // xor esi, esi; xor edx, edx: the same stack, which neither of them uses
        0xB8, 56, 0, 0, 0, // mov eax, clone
        0x0F, 0x05, // syscall
        0x85, 0xC0, 0x74, 0x09, // test eax, eax; jz over the next three
        0x31, 0xFF, // xor edi, edi
        0xB8, 60, 0, 0, 0, // mov eax, exit
        0x0F, 0x05, // syscall
        0xB8, 34, 0, 0, 0, // mov eax, pause
        0x0F, 0x05, // syscall
        0xEB, 0xF7, // jmp to the pause
    ]);

    private static void Write(string path, bool is64, byte[] code) => ExecutableFile.Write(() =>
    {
        int headers = is64 ? 64 + 56 : 52 + 32;
        using (var image = new BinaryWriter(File.Create(path)))
        {
            // Ehdr: ident, ET_EXEC, the machine, version, entry, offsets of program headers and sections, flags, sizes, counts.
            image.Write([0x7F, (byte)'E', (byte)'L', (byte)'F', (byte)(is64 ? 2 : 1), 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            image.Write((ushort)2);
            image.Write((ushort)(is64 ? 62 : 3));
            image.Write(1u);
            Word(Base + (uint)headers);
            Word(is64 ? 64u : 52u);
            Word(0);
            image.Write(0u);
            foreach (int value in new[] { is64 ? 64 : 52, is64 ? 56 : 32, 1, 0, 0, 0 })
                image.Write((ushort)value);

            // Phdr: PT_LOAD, R+X; the flags stand second in 64 bits, before the alignment in 32.
            uint size = (uint)(headers + code.Length);
            image.Write(1u);
            if (is64)
                image.Write(5u);
            foreach (uint value in new uint[] { 0, Base, Base, size, size })
                Word(value);
            if (!is64)
                image.Write(5u);
            Word(0x1000);
            image.Write(code);

            void Word(uint value)
            {
                image.Write(value);
                if (is64)
                    image.Write(0u);
            }
        }

        Linux.Chmod(path, 0b111_101_101);
    });
}
