using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>
/// <c>linux.uidMappings</c> and <c>linux.gidMappings</c>, written into a new user namespace by the runtime:
/// user_namespaces(7). A user without privileges may write a map of the own id alone; newuidmap(1) and newgidmap(1),
/// which have the privilege, write the ranges that /etc/subuid and /etc/subgid give to the user.
/// </summary>
public sealed class IdMappings
{
    private readonly byte[] _uidMap;
    private readonly byte[] _gidMap;
    private readonly string _owner;

    private IdMappings(byte[] uidMap, byte[] gidMap, string owner)
    {
        _owner = owner;
        _uidMap = uidMap;
        _gidMap = gidMap;
    }

    /// <summary>Whether newuidmap(1) or newgidmap(1) is to write the map.</summary>
    private bool UidsByProgram { get; init; }

    private bool GidsByProgram { get; init; }

    /// <summary>Whether setgroups(2) is to be denied, without which the kernel takes no gid map of an unprivileged user.</summary>
    private bool DenySetGroups { get; init; }

    /// <param name="uids">The config's uid mappings.</param>
    /// <param name="gids">The config's gid mappings.</param>
    /// <param name="privileged">Whether the runtime has CAP_SETGID, and with it, as every caller has both or none, CAP_SETUID.</param>
    public static IdMappings From(IReadOnlyList<LinuxIDMapping>? uids, IReadOnlyList<LinuxIDMapping>? gids, bool privileged)
    {
        bool gidsByProgram = !privileged && !IsOwnAlone(gids, getegid());
        return new(Encode(uids), Encode(gids), "linux")
        {
            UidsByProgram = !privileged && !IsOwnAlone(uids, geteuid()),
            GidsByProgram = gidsByProgram,
            DenySetGroups = !privileged && !gidsByProgram,
        };
    }

    /// <summary>Those of a namespace in which nobody will ever run.</summary>
    /// <param name="uids">Its uid mappings.</param>
    /// <param name="gids">Its gid mappings.</param>
    /// <param name="owner">The JSON path of the object that has them, for errors.</param>
    public static IdMappings ForNobody(IReadOnlyList<LinuxIDMapping>? uids, IReadOnlyList<LinuxIDMapping>? gids, string owner) =>
        new(Encode(uids), Encode(gids), owner) { DenySetGroups = true };

    /// <summary>What an id is in the runtime's own user namespace; null when it is not mapped.</summary>
    public static uint? ToHost(IReadOnlyList<LinuxIDMapping>? mappings, uint id)
    {
        for (int i = 0; i < mappings?.Count; i++)
        {
            LinuxIDMapping mapping = mappings[i];
            if (id >= mapping.ContainerID && id - mapping.ContainerID < mapping.Size)
                return mapping.HostID + (id - mapping.ContainerID);
        }

        return null;
    }

    /// <summary>Whether two namespaces with these maps would have the same ids.</summary>
    public bool HasIdsOf(IdMappings other) =>
        _uidMap.AsSpan().SequenceEqual(other?._uidMap) && _gidMap.AsSpan().SequenceEqual(other?._gidMap);

    /// <summary>Writes the maps of the user namespace that <paramref name="pid"/>, a child of the caller, has made.</summary>
    /// <exception cref="ContainerException">The kernel, or the program that is to write them, refuses.</exception>
    public void WriteTo(int pid)
    {
        string directoryPath = "/proc/" + pid.ToString(CultureInfo.InvariantCulture);
        using FileDescriptor directory = Check.Fd(open(directoryPath, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", directoryPath);
        if (fstatfs(directory, out statfs_t fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
            throw new ContainerException("write user namespace mappings: /proc is not a proc file system");

        if (DenySetGroups)
            Write(directory, "setgroups", "deny"u8, _owner + ".gidMappings");
        if (UidsByProgram)
            SubordinateIds.Map("newuidmap", pid, _uidMap, _owner + ".uidMappings");
        else if (_uidMap.Length > 0)
            Write(directory, "uid_map", _uidMap, _owner + ".uidMappings");
        if (GidsByProgram)
            SubordinateIds.Map("newgidmap", pid, _gidMap, _owner + ".gidMappings");
        else if (_gidMap.Length > 0)
            Write(directory, "gid_map", _gidMap, _owner + ".gidMappings");
    }

    private static unsafe void Write(FileDescriptor directory, string name, ReadOnlySpan<byte> content, string property)
    {
        using FileDescriptor file = new(openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
        fixed (byte* p = content)
        {
            if (file.IsOpen && write(file, p, content.Length) == content.Length)
                return;
        }

        LinuxException cause = new("write", errno, name);
        throw new ContainerException($"write user namespace mapping ({property})", cause, cause.Errno switch
        {
            Errno.EPERM => "every host id has to be mapped in the runtime's own user namespace (see /proc/self/uid_map), and mapping id 0 needs CAP_SETFCAP",
            Errno.EINVAL => "ranges must not overlap, be empty or leave the ids of the parent namespace",
            _ => null,
        });
    }

    /// <summary>The one map that needs no privilege.</summary>
    private static bool IsOwnAlone(IReadOnlyList<LinuxIDMapping>? mappings, uint own) =>
        mappings is null or { Count: 0 } || (mappings.Count == 1 && mappings[0].HostID == own && mappings[0].Size == 1);

    private static byte[] Encode(IReadOnlyList<LinuxIDMapping>? mappings)
    {
        if (mappings is null || mappings.Count == 0)
            return [];
        StringBuilder map = new();
        for (int i = 0; i < mappings.Count; i++)
            map.Append(CultureInfo.InvariantCulture, $"{mappings[i].ContainerID} {mappings[i].HostID} {mappings[i].Size}\n");
        return Encoding.ASCII.GetBytes(map.ToString());
    }
}
