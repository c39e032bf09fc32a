using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>
/// <c>linux.namespaces</c>, decided: which are made new and which are joined, their files already open and of the
/// right type. Namespaces that the config does not list are the runtime's own.
/// </summary>
public sealed class NamespacePlan : IDisposable
{
    private readonly List<JoinedNamespace> _joined = [];

    /// <summary>The CLONE_NEW* flags of the namespaces to be made.</summary>
    public ulong New { get; private set; }

    /// <summary>The CLONE_NEW* flags of the namespaces to be joined.</summary>
    public ulong Joined { get; private set; }

    /// <summary>Whether the container lives in another user namespace than the runtime, new or joined.</summary>
    public bool HasUserNamespace => ((New | Joined) & CLONE_NEWUSER) != 0;

    public bool HasMountNamespace => ((New | Joined) & CLONE_NEWNS) != 0;

    public bool HasCgroupNamespace => ((New | Joined) & CLONE_NEWCGROUP) != 0;

    /// <summary>
    /// Whether the init must be cloned by a process that has joined the namespaces first. New namespaces belong to
    /// the user namespace in which they are made, and a process in a new user namespace may not join those of the
    /// old one: joining has to come before and making after, with a clone for the PID namespace at the end. A time
    /// namespace takes its offsets only before its first process. In a PID namespace that is joined somebody may stop
    /// the init at its birth: it must be in its cgroup by then, where it is found, and not hold the container's lock.
    /// </summary>
    public bool NeedsTwoStages =>
        HasTimeOffsets || (Joined & (CLONE_NEWUSER | CLONE_NEWPID)) != 0 || ((New & CLONE_NEWUSER) != 0 && Joined != 0);

    /// <summary>Whether a new time namespace gets offsets (<see cref="TimeOffsets"/>).</summary>
    public bool HasTimeOffsets { get; private init; }

    /// <summary>The flags for the clone3 that makes the init.</summary>
    public ulong CloneFlags => New & ~Late & ~Early;

    /// <summary>
    /// The CLONE_NEW* flags of the namespaces that the init makes itself, while the runtime makes its cgroups: a network
    /// namespace takes the kernel as long as a cgroup in each hierarchy of v1, and a mount namespace grows with the
    /// host's mounts. In two stages the second clone makes them.
    /// </summary>
    public ulong Early => NeedsTwoStages ? 0 : New & ~Late & (CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS);

    /// <summary>
    /// The CLONE_NEW* flags of the namespaces that the init makes itself: a cgroup namespace inside the cgroup that becomes
    /// its root; in a new user namespace also that of IPC, once the init is root there, because the queues' directory
    /// belongs to its maker (mq_init_ns in ipc/mqueue.c), and cannot be labelled by another.
    /// </summary>
    public ulong Late => New & ((New & CLONE_NEWUSER) != 0 ? CLONE_NEWCGROUP | CLONE_NEWIPC : CLONE_NEWCGROUP);

    /// <summary>Opens and verifies what is to be joined.</summary>
    /// <exception cref="ContainerException">A path is missing or is a namespace of another type.</exception>
    public static NamespacePlan From(Spec.Linux? linux)
    {
        NamespacePlan plan = new() { HasTimeOffsets = linux?.TimeOffsets is { Count: > 0 } };
        IReadOnlyList<LinuxNamespace>? namespaces = linux?.Namespaces;
        try
        {
            for (int i = 0; i < (namespaces?.Count ?? 0); i++)
                plan.Add(namespaces![i], i);
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>In the child: joins them; the user namespace first, since it may grant the rights for the others. The PID namespace is its next child's.</summary>
    public void Join()
    {
        JoinOnly(CLONE_NEWUSER);
        JoinOnly(~(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS));
        JoinOnly(CLONE_NEWPID);
        // Last: it changes what every later path would mean.
        JoinOnly(CLONE_NEWNS);
    }

    /// <summary>Which of the namespaces to be joined are the runtime's own.</summary>
    /// <param name="types">CLONE_NEW* flags: the ones to look at.</param>
    /// <returns>CLONE_NEW* flag, and the property that names the namespace.</returns>
    /// <exception cref="LinuxException">The runtime's own cannot be looked at: /proc is missing.</exception>
    public IReadOnlyList<(ulong Type, string Property)> FindOwn(ulong types)
    {
        List<(ulong, string)> own = [];
        foreach (JoinedNamespace ns in _joined)
        {
            if ((ns.Type & types) == 0)
                continue;
            string path = NamespaceType.ToOwnPath(ns.Type);
            Check.Ok(statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, out statx_t mine), "statx", path);
            if (Verify.IsSameInode(mine, Verify.Stat(ns.File)))
                own.Add((ns.Type, ns.Property));
        }

        return own;
    }

    public void Dispose()
    {
        foreach (JoinedNamespace ns in _joined)
            ns.File.Dispose();
        _joined.Clear();
    }

    private void JoinOnly(ulong types)
    {
        foreach (JoinedNamespace ns in _joined)
        {
            if ((ns.Type & types) == 0)
                continue;
            if (setns(ns.File, (int)ns.Type) < 0)
            {
                LinuxException cause = new("setns", errno);
                throw new ContainerException($"join namespace {ns.Path} ({ns.Property})", cause);
            }
        }
    }

    private void Add(LinuxNamespace ns, int index)
    {
        ulong type = NamespaceType.FromName(ns.Type);
        if (string.IsNullOrEmpty(ns.Path))
        {
            New |= type;
            return;
        }

        string property = $"linux.namespaces[{index}].path";
        FileDescriptor file = new(open(ns.Path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
        if (!file.IsOpen)
            throw new ContainerException($"open namespace ({property})", new LinuxException("open", errno, ns.Path));
        _joined.Add(new(type, file, ns.Path, property));
        Joined |= type;

        // Only files of nsfs answer; joining a namespace of another type than the config says would be an escape.
        int found = ioctl(file, NS_GET_NSTYPE, 0);
        if (fstatfs(file, out statfs_t fs) < 0 || fs.f_type != NSFS_MAGIC || found < 0)
            throw new ContainerException($"{property}: {ns.Path} is not a namespace");
        if ((ulong)found != type)
            throw new ContainerException($"{property}: {ns.Path} is a {NamespaceType.ToName((ulong)found)} namespace, not a {ns.Type} namespace");
    }

    private readonly record struct JoinedNamespace(ulong Type, FileDescriptor File, string Path, string Property);
}
