using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>The user, groups and umask of <c>process.user</c>.</summary>
public sealed record Credentials
{
    public uint Uid { get; init; }

    public uint Gid { get; init; }

    public uint[] AdditionalGids { get; init; } = [];

    /// <summary>Null: the mode creation mask is 0022, as runc sets it.</summary>
    public uint? Umask { get; init; }

    public static Credentials From(User? user)
    {
        IReadOnlyList<uint>? gids = user?.AdditionalGids;
        uint[] additional = gids is null ? [] : new uint[gids.Count];
        for (int i = 0; i < additional.Length; i++)
            additional[i] = gids![i];
        return new() { Uid = user?.UID ?? 0, Gid = user?.GID ?? 0, AdditionalGids = additional, Umask = user?.Umask };
    }

    /// <summary>
    /// Becomes the container's user; capabilities are kept if <c>PR_SET_KEEPCAPS</c> is on.
    /// </summary>
    public unsafe void Apply()
    {
        // Root of a user namespace that an unprivileged user made is denied it, unless newgidmap(1) has mapped the groups
        // (user_namespaces(7), "The /proc/pid/setgroups file"): then nobody can drop the groups, which is an error only if
        // others are wanted.
        fixed (uint* list = AdditionalGids)
        {
            if (setgroups(AdditionalGids.Length, list) < 0 && (errno != Errno.EPERM || AdditionalGids.Length > 0))
                throw NoGroups(new("setgroups", errno));
        }

        if (setresgid(Gid, Gid, Gid) < 0)
            throw Unmapped("setgid", "gid", Gid);
        if (setresuid(Uid, Uid, Uid) < 0)
            throw Unmapped("setuid", "uid", Uid);
    }

    /// <summary>
    /// Lets the container's user open its own stdio again (/dev/stdout and a terminal need it). Only the owner
    /// changes: a terminal's group is the file system's business. What cannot be changed is left alone, as in runc.
    /// </summary>
    public void OwnStdio()
    {
        for (int fd = 0; fd <= STDERR_FILENO; fd++)
        {
            if (fstatx(fd, out statx_t status) < 0 || status.stx_uid == Uid)
                continue;
            bool isDevNull = status.Type == S_IFCHR && status.stx_rdev_major == 1 && status.stx_rdev_minor == 3;
            if (!isDevNull && fchown(fd, Uid, uint.MaxValue) < 0 && errno is not (Errno.EPERM or Errno.EROFS or Errno.EINVAL))
                throw new LinuxException("fchown", errno, $"descriptor {fd}");
        }
    }

    /// <summary>
    /// As <see cref="OwnStdio"/>, in the runtime, for a container in a user namespace, where nobody may change the owner of
    /// what belongs to the host's root. Only files and pipes: a terminal stays its user's.
    /// </summary>
    /// <param name="uid">The container's user as the runtime sees it.</param>
    public static void GiveStdioTo(uint uid)
    {
        for (int fd = 0; fd <= STDERR_FILENO; fd++)
        {
            if (fstatx(fd, out statx_t status) == 0 && status.Type is S_IFREG or S_IFIFO && status.stx_uid != uid
                && fchown(fd, uid, uint.MaxValue) < 0 && errno is not (Errno.EPERM or Errno.EROFS or Errno.EINVAL))
            {
                throw new LinuxException("fchown", errno, $"descriptor {fd}");
            }
        }
    }

    private static ContainerException NoGroups(LinuxException cause) =>
        new("become a member of process.user.additionalGids", cause, cause.Errno switch
        {
            Errno.EINVAL => "map each of them in linux.gidMappings",
            Errno.EPERM => "without privileges it needs a range of /etc/subgid in linux.gidMappings",
            _ => null,
        });

    private static ContainerException Unmapped(string call, string kind, uint id)
    {
        LinuxException cause = new(call, errno);
        return cause.Errno == Errno.EINVAL
            ? new ContainerException($"cannot {call} to unmapped {kind} {id} in user namespace", $"map it in linux.{kind}Mappings") { Errno = Errno.EINVAL }
            : new ContainerException($"become {kind} {id} (process.user)", cause);
    }
}
