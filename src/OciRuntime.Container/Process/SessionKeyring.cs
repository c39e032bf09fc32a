using System;
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
    public static void Join(string id, bool inUserNamespace)
    {
        nint key = keyctl(KEYCTL_JOIN_SESSION_KEYRING, "_ses." + id);
        if (key < 0)
        {
            if (errno == Errno.ENOSYS)
                return;
            throw new LinuxException("keyctl(KEYCTL_JOIN_SESSION_KEYRING)", errno);
        }

        byte* buffer = stackalloc byte[512];
        nint length = Check.Ok(keyctl(KEYCTL_DESCRIBE, key, (nint)buffer, 512), "keyctl(KEYCTL_DESCRIBE)");
        uint permissions = Permissions(new ReadOnlySpan<byte>(buffer, (int)Math.Min(length, 512)));
        permissions |= inUserNamespace ? OtherSearch : UserSearch;
        Check.Ok(keyctl(KEYCTL_SETPERM, key, (nint)permissions, 0), "keyctl(KEYCTL_SETPERM)");
    }

    /// <summary>For a further process: the keyring that the container's init has made, its permissions as they are.</summary>
    public static void JoinExisting(string id)
    {
        if (keyctl(KEYCTL_JOIN_SESSION_KEYRING, "_ses." + id) < 0 && errno != Errno.ENOSYS)
            throw new LinuxException("keyctl(KEYCTL_JOIN_SESSION_KEYRING)", errno);
    }

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
