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
/// user_namespaces(7).
/// </summary>
public sealed class IdMappings
{
    private readonly byte[] _uidMap;
    private readonly byte[] _gidMap;
    private readonly bool _denySetGroups;
    private readonly string _owner;

    private IdMappings(byte[] uidMap, byte[] gidMap, bool denySetGroups, string owner)
    {
        _owner = owner;
        _uidMap = uidMap;
        _gidMap = gidMap;
        _denySetGroups = denySetGroups;
    }

    /// <param name="uids">The config's uid mappings.</param>
    /// <param name="gids">The config's gid mappings.</param>
    /// <param name="privileged">Whether the runtime has CAP_SETGID; without it the kernel wants setgroups(2) denied first.</param>
    /// <param name="owner">The JSON path of the object that has them, for errors.</param>
    public static IdMappings From(IReadOnlyList<LinuxIDMapping>? uids, IReadOnlyList<LinuxIDMapping>? gids, bool privileged, string owner = "linux") =>
        new(Encode(uids), Encode(gids), denySetGroups: !privileged, owner);

    /// <summary>Whether two namespaces with these maps would have the same ids.</summary>
    public bool HasIdsOf(IdMappings other) =>
        _uidMap.AsSpan().SequenceEqual(other?._uidMap) && _gidMap.AsSpan().SequenceEqual(other?._gidMap);

    /// <summary>Whether the members of the namespace may call setgroups(2).</summary>
    public bool MaySetGroups => !_denySetGroups;

    /// <summary>Writes the maps of the user namespace that <paramref name="pid"/>, a child of the caller, has made.</summary>
    public void WriteTo(int pid)
    {
        string directoryPath = "/proc/" + pid.ToString(CultureInfo.InvariantCulture);
        using FileDescriptor directory = Check.Fd(open(directoryPath, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", directoryPath);
        if (fstatfs(directory, out statfs_t fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
            throw new ContainerException("write user namespace mappings: /proc is not a proc file system");

        if (_denySetGroups)
            Write(directory, "setgroups", "deny"u8, _owner + ".gidMappings");
        if (_uidMap.Length > 0)
            Write(directory, "uid_map", _uidMap, _owner + ".uidMappings");
        if (_gidMap.Length > 0)
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
            Errno.EPERM => "an unprivileged user may map only its own id: use newuidmap/newgidmap ranges or run as root",
            Errno.EINVAL => "ranges must not overlap, be empty or leave the ids of the parent namespace",
            _ => null,
        });
    }

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
