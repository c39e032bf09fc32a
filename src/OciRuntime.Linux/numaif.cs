namespace OciRuntime.Linux;

// numaif.h, linux/mempolicy.h
public static unsafe partial class LibC
{
    /// <param name="mode">The policy, with its flags.</param>
    /// <param name="nodes">One bit for each node; null for none.</param>
    /// <param name="maxNode">One more than there are bits in <paramref name="nodes"/>: the kernel's get_nodes subtracts it.</param>
    public static int set_mempolicy(int mode, ulong* nodes, nuint maxNode) =>
        (int)syscall(SyscallNumber.set_mempolicy, mode, (nint)nodes, (nint)maxNode);
}
