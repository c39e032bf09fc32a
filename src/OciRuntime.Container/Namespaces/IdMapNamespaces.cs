using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>
/// User namespaces that exist for their maps alone: the kernel takes those of an id-mapped mount from a namespace,
/// mount_setattr(2). One for each pair of maps; a child makes it, and has ended when it is handed out.
/// </summary>
public sealed class IdMapNamespaces : IDisposable
{
    private readonly List<(IdMappings Mappings, FileDescriptor Namespace)> _made = [];

    private readonly List<FileDescriptor> _opened = [];

    /// <summary>A namespace with these maps; the caller does not close it.</summary>
    /// <param name="uids">Its uid map.</param>
    /// <param name="gids">Its gid map.</param>
    /// <param name="owner">The JSON path of the object that has the maps, for errors.</param>
    /// <exception cref="ContainerException">It cannot be made, or the maps are not allowed.</exception>
    public FileDescriptor Get(IReadOnlyList<LinuxIDMapping>? uids, IReadOnlyList<LinuxIDMapping>? gids, string owner)
    {
        IdMappings mappings = IdMappings.ForNobody(uids, gids, owner);
        foreach ((IdMappings known, FileDescriptor ns) in _made)
        {
            if (known.HasIdsOf(mappings))
                return ns;
        }

        FileDescriptor made = Make(mappings, owner);
        _made.Add((mappings, made));
        return made;
    }

    /// <summary>An existing namespace, whose maps are to be used.</summary>
    /// <param name="path">Its file.</param>
    public FileDescriptor Open(string path)
    {
        FileDescriptor ns = Check.Fd(open(path, O_RDONLY | O_CLOEXEC), "open", path);
        _opened.Add(ns);
        return ns;
    }

    public void Dispose()
    {
        foreach ((IdMappings _, FileDescriptor ns) in _made)
            ns.Dispose();
        foreach (FileDescriptor ns in _opened)
            ns.Dispose();
        _made.Clear();
        _opened.Clear();
    }

    private static FileDescriptor Make(IdMappings mappings, string owner)
    {
        using IdleChild child = Clone(owner);
        mappings.WriteTo(child.Pid);
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{child.Pid}/ns/user");
        return Check.Fd(open(path, O_RDONLY | O_CLOEXEC), "open", path);
    }

    private static IdleChild Clone(string owner)
    {
        try
        {
            return new IdleChild(CLONE_NEWUSER);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"make a user namespace for the id mappings of {owner}", e, NamespaceLimits.Remedy(e.Errno, CLONE_NEWUSER));
        }
    }
}
