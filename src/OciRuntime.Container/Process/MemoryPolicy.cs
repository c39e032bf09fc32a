using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary><c>linux.memoryPolicy</c>, set_mempolicy(2).</summary>
public sealed unsafe class MemoryPolicy
{
    /// <summary>The bit of the first flag; the others are above it.</summary>
    private const int FirstFlag = 13;

    /// <summary>At the index that is the kernel's number of the mode.</summary>
    private static readonly string[] s_modes =
    [
        "MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY",
        "MPOL_WEIGHTED_INTERLEAVE",
    ];

    private static readonly string[] s_flags = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"];

    private readonly LinuxMemoryPolicy _policy;
    private readonly int _mode;
    private readonly ulong[] _nodes;

    private MemoryPolicy(LinuxMemoryPolicy policy)
    {
        _policy = policy;
        _mode = Array.IndexOf(s_modes, policy.Mode);
        for (int i = 0; i < policy.Flags?.Count; i++)
            _mode |= 1 << (FirstFlag + Array.IndexOf(s_flags, policy.Flags[i]));
        _nodes = NumberList.ToMask(policy.Nodes ?? "");
    }

    /// <summary>For <c>features</c>.</summary>
    public static IReadOnlyList<string> Modes => s_modes;

    /// <summary>For <c>features</c>.</summary>
    public static IReadOnlyList<string> Flags => s_flags;

    /// <summary>Encodes what validation has checked; null when there is nothing to set.</summary>
    public static MemoryPolicy? From(LinuxMemoryPolicy? policy) => policy is null ? null : new(policy);

    /// <summary>For the caller, which is in its cgroup already: of the nodes, those of its cpuset count. Executed programs keep it.</summary>
    public void Apply()
    {
        fixed (ulong* nodes = _nodes)
        {
            // A mask without a node is not the same as no mask to every kernel.
            bool any = _nodes.AsSpan().ContainsAnyExcept(0UL);
            if (set_mempolicy(_mode, any ? nodes : null, any ? (nuint)((_nodes.Length * 64) + 1) : 0) == 0)
                return;
        }

        LinuxException cause = new("set_mempolicy", errno);
        throw new ContainerException($"set linux.memoryPolicy to {_policy.Mode}{(string.IsNullOrEmpty(_policy.Nodes) ? "" : $" of nodes {_policy.Nodes}")}", cause, cause.Errno switch
        {
            Errno.EINVAL => "none of the nodes has memory and is in the cpuset, or this kernel does not have the mode or a flag",
            Errno.ENOSYS => "this kernel has no NUMA policies (CONFIG_NUMA)",
            _ => null,
        });
    }
}
