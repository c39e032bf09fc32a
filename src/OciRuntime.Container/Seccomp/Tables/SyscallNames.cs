using System;
using System.Text;

namespace OciRuntime.Container.Seccomp.Tables;

/// <summary>
/// Every system call name of every architecture. A name is known by its index: that is what the tables of
/// <see cref="SyscallNumbers"/> are indexed by. All of it is read-only data of the executable, and only the pages
/// that a look-up needs are ever read.
/// </summary>
internal static partial class SyscallNames
{
    private const int Ipc = 128;

    /// <summary>The index of a name, or -1: no architecture has such a call.</summary>
    public static int IndexOf(string name)
    {
        ushort hash = 0;
        foreach (char c in name)
            hash = (ushort)(hash * 31 + c);
        for (int slot = hash % Slots; ; slot = (slot + 1) % Slots)
        {
            int index = Table[slot] - 1;
            if (index < 0 || Ascii.Equals(Utf8(index), name))
                return index;
        }
    }

    /// <summary>The name with this index, 0 to <see cref="Count"/> - 1.</summary>
    public static string Name(int index) => Encoding.UTF8.GetString(Utf8(index));

    /// <summary>The call number behind <c>socketcall(2)</c>, 1 to 20; 0 when there is none.</summary>
    public static int SocketCall(int index) => Multiplexed[index] < Ipc ? Multiplexed[index] : 0;

    /// <summary>The call number behind <c>ipc(2)</c>, 1 to 24; 0 when there is none.</summary>
    public static int IpcCall(int index) => Multiplexed[index] > Ipc ? Multiplexed[index] - Ipc : 0;

    private static ReadOnlySpan<byte> Utf8(int index) => Text[Starts[index]..Starts[index + 1]];
}
