using System;
using System.Buffers.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>A session keyring of the container's own (keyctl(2)), so that it cannot read its creator's keys.</summary>
public static unsafe class SessionKeyring
{
    /// <summary>KEY_USR_SEARCH: without a user namespace the possessor's rights are not enough to search.</summary>
    private const uint UserSearch = 0x80000;

    /// <summary>KEY_OTH_SEARCH, for members of a user namespace, who are "others" to the key.</summary>
    private const uint OtherSearch = 0x8;

    /// <summary>Joins the keyring <c>_ses.ID</c>, as runc names it. A kernel without keyrings is left alone.</summary>
    public static void Join(string id, bool inUserNamespace, Action<string> warn)
    {
        if (!TryJoin(id, warn, out nint key, out uint permissions))
            return;
        permissions |= inUserNamespace ? OtherSearch : UserSearch;
        Check.Ok(keyctl(KEYCTL_SETPERM, key, (nint)permissions, 0), "keyctl(KEYCTL_SETPERM)");
    }

    /// <summary>For a further process: the keyring that the container's init has made, its permissions as they are.</summary>
    public static void JoinExisting(string id, Action<string> warn) => TryJoin(id, warn, out _, out _);

    /// <summary>
    /// False where there is nothing more to do. A keyring that has the name already may be a trap: any user of the host can
    /// make one that root finds, and would then read the keys that the container puts there.
    /// </summary>
    private static bool TryJoin(string id, Action<string> warn, out nint key, out uint permissions)
    {
        permissions = 0;
        string name = "_ses." + id;
        key = keyctl(KEYCTL_JOIN_SESSION_KEYRING, name);
        if (key < 0)
            return errno == Errno.ENOSYS ? false : throw new LinuxException("keyctl(KEYCTL_JOIN_SESSION_KEYRING)", errno);

        byte* buffer = stackalloc byte[512];
        nint length = keyctl(KEYCTL_DESCRIBE, key, (nint)buffer, 512);
        if (length < 0 && errno != Errno.EACCES)
            throw new LinuxException("keyctl(KEYCTL_DESCRIBE)", errno);
        ReadOnlySpan<byte> description = new(buffer, (int)Math.Clamp(length, 0, 512));
        if (Owner(description) == geteuid())
        {
            permissions = Permissions(description);
            return true;
        }

        warn($"the session keyring {name} is another user's: the process gets a new one, without a name");
        Check.Ok(keyctl(KEYCTL_JOIN_SESSION_KEYRING, default), "keyctl(KEYCTL_JOIN_SESSION_KEYRING)");
        return false;
    }

    /// <summary>The second field of <c>type;uid;gid;perm;description</c>; null when there is no description to be had.</summary>
    private static uint? Owner(ReadOnlySpan<byte> description) =>
        Utf8Parser.TryParse(description[(description.IndexOf((byte)';') + 1)..], out uint uid, out _) ? uid : null;

    /// <summary>The fourth field of <c>type;uid;gid;perm;description</c>, hexadecimal.</summary>
    private static uint Permissions(ReadOnlySpan<byte> description)
    {
        for (int field = 0; field < 3; field++)
            description = description[(description.IndexOf((byte)';') + 1)..];
        uint value = 0;
        foreach (byte b in description)
        {
            if (!char.IsAsciiHexDigit((char)b))
                break;
            int digit = b <= (byte)'9' ? b - '0' : (b | 0x20) - 'a' + 10;
            value = (value << 4) | (uint)digit;
        }

        return value;
    }
}
