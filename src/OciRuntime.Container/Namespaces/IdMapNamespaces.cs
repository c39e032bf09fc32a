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
public sealed unsafe class IdMapNamespaces : IDisposable
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
        int pidfd = -1;
        clone_args clone = new() { flags = CLONE_PIDFD | CLONE_NEWUSER, pidfd = (ulong)&pidfd, exit_signal = SIGCHLD };

        // The child must not run the runtime's signal handlers: it has none of the threads that they talk to.
        ulong mask = SignalState.BlockAll();
        int pid = clone3(&clone);
        if (pid == 0)
            WaitToBeKilled();
        LinuxException? failure = pid < 0 ? new("clone3", errno) : null;
        SignalState.SetMask(mask);
        if (failure is not null)
            throw new ContainerException($"make a user namespace for the id mappings of {owner}", failure, NamespaceLimits.Remedy(failure.Errno, CLONE_NEWUSER));

        using FileDescriptor child = new(pidfd);
        try
        {
            mappings.WriteTo(pid);
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/user");
            return Check.Fd(open(path, O_RDONLY | O_CLOEXEC), "open", path);
        }
        finally
        {
            _ = pidfd_send_signal(child, SIGKILL);
            ExitStatus.Wait(child);
        }
    }

    private static void WaitToBeKilled()
    {
        // If the runtime has gone before this call, its child must not stay.
        int runtime = getppid();
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != runtime || runtime == 1)
            exit_group(1);
        while (true)
            _ = poll(null, 0, -1);
    }
}
