using System;
using System.Collections.Generic;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>The five capability sets of a process (capabilities(7)) as 64-bit masks.</summary>
public sealed record CapabilitySets
{
    private static (ulong Effective, ulong Permitted)? s_own;

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
    /// kernel does not know, those that the runtime does not have itself and so cannot grant, and those that the kernel does
    /// not grant in one set without another, are left out with a warning (spec, "Linux Process": the runtime MUST log one, and SHOULD NOT fail).
    /// </summary>
    /// <param name="capabilities">The config's.</param>
    /// <param name="inUserNamespace">Whether the process enters a user namespace, where it has all to begin with.</param>
    /// <param name="warn">Receives warnings.</param>
    public static CapabilitySets From(LinuxCapabilities? capabilities, bool inUserNamespace, Action<string> warn)
    {
        if (capabilities is null)
            return new();
        List<string>? unknown = null;
        List<string>? lacking = null;
        ulong known = KnownToKernel();
        ulong own = inUserNamespace ? ulong.MaxValue : Own.Permitted;
        // Only ever shrinks: what the runtime's own bounding set lacks is not in it anyway.
        ulong bounding = Mask(capabilities.Bounding, known, own, ref unknown, ref lacking);
        ulong effective = Mask(capabilities.Effective, known, own, ref unknown, ref lacking) & own;
        ulong inheritable = Mask(capabilities.Inheritable, known, own, ref unknown, ref lacking) & own;
        ulong permitted = Mask(capabilities.Permitted, known, own, ref unknown, ref lacking) & own;
        ulong ambient = Mask(capabilities.Ambient, known, own, ref unknown, ref lacking) & own;
        if (unknown is not null)
            warn($"ignoring unknown or unavailable capabilities: [{string.Join(' ', unknown)}]");
        if (lacking is not null)
            warn($"ignoring capabilities that the runtime does not have itself: [{string.Join(' ', lacking)}]");

        // What capset(2), and prctl(2) for the ambient ones, would refuse.
        inheritable = Within(inheritable, bounding, "inheritable", "bounding", warn);
        return new()
        {
            Bounding = bounding,
            Effective = Within(effective, permitted, "effective", "permitted", warn),
            Inheritable = inheritable,
            Permitted = permitted,
            Ambient = Within(ambient, permitted & inheritable, "ambient", "permitted and inheritable", warn),
        };
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

    /// <summary>Raises <see cref="Ambient"/>.</summary>
    public void RaiseAmbient()
    {
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL) < 0 && errno == Errno.EINVAL)
            return;
        ulong rest = Ambient;
        for (int number = 0; rest != 0; number++, rest >>= 1)
        {
            if ((rest & 1) != 0)
                Check.Ok(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0), "prctl(PR_CAP_AMBIENT_RAISE)");
        }
    }

    /// <summary>Whether the runtime has <paramref name="number"/> in its effective set.</summary>
    public static bool HasEffective(int number) => (Own.Effective & (1UL << number)) != 0;

    // Asked for once: nothing changes them before there is a child.
    private static unsafe (ulong Effective, ulong Permitted) Own
    {
        get
        {
            if (s_own is { } own)
                return own;
            cap_user_header header = new() { version = _LINUX_CAPABILITY_VERSION_3 };
            cap_user_data* data = stackalloc cap_user_data[2];
            Check.Ok(capget(&header, data), "capget");
            own = (data[0].effective | (ulong)data[1].effective << 32, data[0].permitted | (ulong)data[1].permitted << 32);
            s_own = own;
            return own;
        }
    }

    private static ulong Mask(IReadOnlyList<string>? names, ulong known, ulong own, ref List<string>? unknown, ref List<string>? lacking)
    {
        ulong mask = 0;
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            ulong bit = Capability.Bit(names![i]) & known;
            if (bit == 0)
                AddOnce(ref unknown, names[i]);
            else if ((bit & own) == 0)
                AddOnce(ref lacking, names[i]);
            mask |= bit;
        }

        return mask;
    }

    /// <summary>What of a set another one allows; the rest is warned about.</summary>
    private static ulong Within(ulong set, ulong allowed, string name, string other, Action<string> warn)
    {
        List<string>? beyond = null;
        for (int number = 0; number < Capability.Names.Length; number++)
        {
            if ((set & ~allowed & (1UL << number)) != 0)
                (beyond ??= []).Add(Capability.Names[number]);
        }

        if (beyond is not null)
            warn($"ignoring {name} capabilities that are not {other}: [{string.Join(' ', beyond)}]");
        return set & allowed;
    }

    private static void AddOnce(ref List<string>? names, string name)
    {
        // List.Contains would cost every start, as List.Sort does.
        if (names?.Exists(other => other == name) != true)
            (names ??= []).Add(name);
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
