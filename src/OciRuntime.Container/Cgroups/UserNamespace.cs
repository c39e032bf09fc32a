using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups;

/// <summary>Whether this process is in a user namespace other than the initial one.</summary>
internal static class UserNamespace
{
    private const string Own = "/proc/self/ns/user";

    /// <summary>The initial namespace's inode number, USER_NS_INIT_INO of include/uapi/linux/nsfs.h.</summary>
    private const ulong Initial = 0xEFFFFFFD;

    /// <exception cref="LinuxException">/proc is missing.</exception>
    public static bool IsNested
    {
        get
        {
            Check.Ok(statx(AT_FDCWD, Own, 0, STATX_BASIC_STATS, out statx_t status), "statx", Own);
            return status.stx_ino != Initial;
        }
    }
}
