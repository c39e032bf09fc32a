using System;
using System.Globalization;
using OciRuntime.Container.Errors;

namespace OciRuntime.Container.Cgroups;

/// <summary>The specification's values, which are v1's, as the kernel's files want them. All of them runc's.</summary>
internal static class Conversions
{
    /// <summary>
    /// CPU shares (2 to 262144, default 1024) to v2's weight (1 to 10000, default 100): a curve through both ends
    /// and both defaults. Shares out of range are cut to it.
    /// </summary>
    /// <returns>0 for 0, which means "not set".</returns>
    public static ulong CpuWeight(ulong shares)
    {
        if (shares == 0)
            return 0;
        if (shares <= 2)
            return 1;
        if (shares >= 262_144)
            return 10_000;
        double log = Math.Log2(shares);
        double exponent = (((log * log) + (125 * log)) / 612.0) - (7.0 / 34.0);
        return (ulong)Math.Ceiling(Math.Pow(10, exponent));
    }

    /// <summary>A blkio weight (10 to 1000) to v2's io weight (1 to 10000), linearly; 0 for 0, which means "not set".</summary>
    public static ulong IOWeight(ushort weight)
    {
        if (weight == 0)
            return 0;
        // Below v1's range: the end of it, where runc's unsigned arithmetic wraps round.
        return weight < 10 ? 1 : 1 + (((ulong)weight - 10) * 9999 / 990);
    }

    /// <summary>
    /// The specification's swap is memory and swap together; v2 limits swap alone.
    /// </summary>
    /// <returns>Bytes, -1 for unlimited; null when swap is to be left alone.</returns>
    /// <exception cref="ContainerException">The two do not go together.</exception>
    public static long? SwapMax(long swap, long memory) => (swap, memory) switch
    {
        // As on v1: memory without a limit means swap without one.
        (0, -1) => -1,
        (0, _) => null,
        (-1, _) => -1,
        (_, -1) => swap,
        (_, 0) => throw new ContainerException("set linux.resources.memory.swap: unable to set swap limit without memory limit"),
        (_, < 0) => throw new ContainerException($"set linux.resources.memory.limit: invalid memory value: {memory}"),
        _ when swap < memory => throw new ContainerException("set linux.resources.memory.swap: memory+swap limit should be >= memory limit"),
        _ => swap - memory,
    };

    /// <summary>
    /// Negative is no limit. 0 becomes 1: systemd cannot be told 0, and to a process that is already in the cgroup
    /// they mean the same.
    /// </summary>
    public static string PidsMax(long limit) => limit switch
    {
        < 0 => "max",
        0 => "1",
        _ => limit.ToString(CultureInfo.InvariantCulture),
    };
}
