using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>
/// Why the kernel makes no namespace, or gives no power in one, with the line that changes it. Asked only after a
/// failure.
/// </summary>
public static class NamespaceLimits
{
    private const string Sysctls = "/proc/sys";

    private static readonly (ulong Flag, string Sysctl)[] s_limits =
    [
        (CLONE_NEWUSER, "max_user_namespaces"),
        (CLONE_NEWPID, "max_pid_namespaces"),
        (CLONE_NEWNET, "max_net_namespaces"),
        (CLONE_NEWNS, "max_mnt_namespaces"),
        (CLONE_NEWIPC, "max_ipc_namespaces"),
        (CLONE_NEWUTS, "max_uts_namespaces"),
        (CLONE_NEWCGROUP, "max_cgroup_namespaces"),
        (CLONE_NEWTIME, "max_time_namespaces"),
    ];

    /// <summary>What to do when clone(2) or unshare(2) has failed.</summary>
    /// <param name="errno">How.</param>
    /// <param name="flags">The CLONE_NEW* flags.</param>
    /// <param name="sysctls">The directory of the kernel's settings.</param>
    /// <returns>Null when the error says all that is known.</returns>
    public static string? Remedy(int errno, ulong flags, string sysctls = Sysctls)
    {
        bool isUser = (flags & CLONE_NEWUSER) != 0;
        switch (errno)
        {
            case Errno.EPERM when !isUser:
                return "creating namespaces needs CAP_SYS_ADMIN: add {\"type\":\"user\"} to linux.namespaces or run as root";
            // A setting of Debian's kernels.
            case Errno.EPERM when Is(sysctls, "kernel/unprivileged_userns_clone", "0"):
                return "this kernel makes user namespaces for root alone: sysctl -w kernel.unprivileged_userns_clone=1";
            case Errno.EPERM or Errno.EACCES when isUser:
                return Restriction(sysctls) ?? "user namespaces are forbidden to the caller: by a chroot, a seccomp filter or a security module";
            case Errno.ENOSPC:
                foreach ((ulong flag, string name) in s_limits)
                {
                    if ((flags & flag) != 0 && Is(sysctls, "user/" + name, "0"))
                        return $"this kind of namespace is switched off: sysctl -w user.{name}=10000";
                }

                return "a limit of user.max_*_namespaces is reached: sysctl user shows them; or too many user namespaces are nested (32)";
            case Errno.EINVAL when isUser && faccessat(AT_FDCWD, "/proc/self/ns/user", F_OK, 0) < 0:
                return "the kernel has no user namespaces (CONFIG_USER_NS)";
            default:
                return null;
        }
    }

    /// <summary>
    /// The better error for one of a process that should have been allowed what it did, as the root of its user
    /// namespace: AppArmor may let a user make the namespace, and then grant nothing in it.
    /// </summary>
    /// <param name="failure">What the process said.</param>
    /// <param name="sysctls">The directory of the kernel's settings.</param>
    public static ContainerException? ExplainDenial(ContainerException failure, string sysctls = Sysctls) =>
        failure?.Errno is Errno.EPERM or Errno.EACCES && Restriction(sysctls) is { } remedy
            ? new ContainerException(failure.Message, remedy) { Errno = failure.Errno }
            : null;

    private static string? Restriction(string sysctls) => Is(sysctls, "kernel/apparmor_restrict_unprivileged_userns", "1")
        ? "AppArmor restricts the user namespaces of unprivileged users: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or a profile for this executable with the rule \"userns,\""
        : null;

    private static bool Is(string sysctls, string name, string value)
    {
        try
        {
            return FileContent.ReadText(AT_FDCWD, $"{sysctls}/{name}").Trim() == value;
        }
        catch (LinuxException)
        {
            // Another kernel, without this setting.
            return false;
        }
    }
}
