using System;
using System.Collections.Generic;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>The five capability sets of a process (capabilities(7)) as 64-bit masks.</summary>
public sealed record CapabilitySets
{
    public ulong Bounding { get; init; }

    public ulong Effective { get; init; }

    /// <summary>
    /// Kept as the config asks. Engines leave it empty, as they should: capabilities in it survive the exec of a
    /// file with inheritable file capabilities (CVE-2022-29162).
    /// </summary>
    public ulong Inheritable { get; init; }

    public ulong Permitted { get; init; }

    public ulong Ambient { get; init; }

    /// <summary>
    /// Encodes <c>process.capabilities</c>; absent means no capability at all. Names that this version or the
    /// kernel does not know are left out with a warning (spec, "Linux Process": the runtime MUST log one).
    /// </summary>
    public static CapabilitySets From(LinuxCapabilities? capabilities, Action<string> warn)
    {
        List<string>? unknown = null;
        ulong known = KnownToKernel();
        CapabilitySets sets = capabilities is null ? new() : new()
        {
            Bounding = Mask(capabilities.Bounding, known, ref unknown),
            Effective = Mask(capabilities.Effective, known, ref unknown),
            Inheritable = Mask(capabilities.Inheritable, known, ref unknown),
            Permitted = Mask(capabilities.Permitted, known, ref unknown),
            Ambient = Mask(capabilities.Ambient, known, ref unknown),
        };
        if (unknown is not null)
            warn($"ignoring unknown or unavailable capabilities: [{string.Join(' ', unknown)}]");
        return sets;
    }

    /// <summary>Drops from the bounding set what is not in <see cref="Bounding"/>. Needs CAP_SETPCAP.</summary>
    /// <exception cref="LinuxException">EPERM.</exception>
    public void DropBounding()
    {
        for (int number = 0; number < 64; number++)
        {
            if ((Bounding & (1UL << number)) != 0)
                continue;
            if (prctl(PR_CAPBSET_DROP, number) < 0)
            {
                // The first number that the kernel does not have ends the list.
                if (errno == Errno.EINVAL)
                    return;
                throw new LinuxException("prctl(PR_CAPBSET_DROP)", errno);
            }
        }
    }

    /// <summary>Sets effective, permitted and inheritable of the calling thread, <paramref name="extra"/> added to the first two.</summary>
    public unsafe void ApplyToThread(ulong extra)
    {
        cap_user_header header = new() { version = _LINUX_CAPABILITY_VERSION_3 };
        cap_user_data* data = stackalloc cap_user_data[2];
        ulong effective = Effective | extra;
        ulong permitted = Permitted | extra;
        data[0] = new() { effective = (uint)effective, permitted = (uint)permitted, inheritable = (uint)Inheritable };
        data[1] = new()
        {
            effective = (uint)(effective >> 32),
            permitted = (uint)(permitted >> 32),
            inheritable = (uint)(Inheritable >> 32),
        };
        Check.Ok(capset(&header, data), "capset");
    }

    /// <summary>Raises <see cref="Ambient"/>. The kernel allows what is both permitted and inheritable; the rest is skipped, as runc does.</summary>
    public void RaiseAmbient()
    {
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL) < 0 && errno == Errno.EINVAL)
            return;
        ulong possible = Ambient & Permitted & Inheritable;
        for (int number = 0; possible != 0; number++, possible >>= 1)
        {
            if ((possible & 1) != 0)
                Check.Ok(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0), "prctl(PR_CAP_AMBIENT_RAISE)");
        }
    }

    /// <summary>Whether the calling process has <paramref name="number"/> in its effective set.</summary>
    public static unsafe bool HasEffective(int number)
    {
        cap_user_header header = new() { version = _LINUX_CAPABILITY_VERSION_3 };
        cap_user_data* data = stackalloc cap_user_data[2];
        if (capget(&header, data) < 0)
            return false;
        return (data[number / 32].effective & (1u << (number % 32))) != 0;
    }

    private static ulong Mask(IReadOnlyList<string>? names, ulong known, ref List<string>? unknown)
    {
        ulong mask = 0;
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            ulong bit = Capability.Bit(names![i]) & known;
            if (bit == 0 && unknown?.Contains(names[i]) != true)
                (unknown ??= []).Add(names[i]);
            mask |= bit;
        }

        return mask;
    }

    /// <summary>The running kernel's capabilities: all of ours, but for the newest ones on an old kernel.</summary>
    private static ulong KnownToKernel()
    {
        int last = Capability.Names.Length - 1;
        while (last > 0 && prctl(PR_CAPBSET_READ, last) < 0)
            last--;
        return last == 63 ? ulong.MaxValue : (1UL << (last + 1)) - 1;
    }
}
