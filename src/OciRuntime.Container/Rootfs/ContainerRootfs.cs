using System;
using System.Collections.Generic;
using OciRuntime.Container.Devices;
using OciRuntime.Container.Errors;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// The child's side of a container's root file system, in its final namespaces and cgroup:
/// <see cref="Prepare"/>, createContainer hooks, <see cref="Enter"/>, console, <see cref="Seal"/>.
/// </summary>
/// <exception cref="ContainerException">Every step; the message names the mount or path.</exception>
public sealed class ContainerRootfs
{
    private readonly List<(MountStep Step, FileDescriptor Mount)> _sealedLater = [];
    private readonly statx_t _rootStat;
    private FileDescriptor _proc;

    private ContainerRootfs(RootfsPlan plan, RootDirectory root)
    {
        Plan = plan;
        Root = root;
        _rootStat = Verify.Stat(root.Descriptor);
    }

    /// <summary>The root directory, opened with <c>O_PATH</c>; inside the container's mount of it.</summary>
    public FileDescriptor Directory => Root.Descriptor;

    /// <summary>Safe look-ups inside the root.</summary>
    public RootDirectory Root { get; }

    internal RootfsPlan Plan { get; }

    /// <summary>Mounts everything, makes devices and links. The process is still outside and sees the host's files.</summary>
    public static ContainerRootfs Prepare(RootfsPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        // So that directories and nodes get the permissions they are made with.
        uint mask = umask(0);
        ContainerRootfs rootfs = Do("root file system", plan.Root, () => new ContainerRootfs(plan, RootMount.Open(plan)));
        for (int i = 0; i < plan.Mounts.Count; i++)
        {
            MountStep step = plan.Mounts[i];
            try
            {
                step.Apply(rootfs);
            }
            catch (LinuxException e)
            {
                throw new ContainerException(step.Description, e, step.Remedy(e));
            }
        }
        plan.Devices?.Apply(rootfs.Root);
        _ = umask(mask);
        return rootfs;
    }

    /// <summary>Makes the root directory the process's root, and the working directory; nothing of the old root is left.</summary>
    public void Enter() => Do("enter the root file system", Plan.Root, () =>
    {
        if (Plan.HasMountNamespace && !Plan.NoPivot)
            RootMount.Pivot(Directory);
        else if (Plan.HasMountNamespace)
            RootMount.MoveAndChroot(Directory, Plan.Root);
        else
            RootMount.Chroot(Directory);
    });

    /// <summary>Makes <paramref name="path"/> a directory inside the root if it does not exist yet (runc does so for <c>process.cwd</c>).</summary>
    public void CreateDirectory(string path) => Do("make directory", path, () =>
        Root.OpenOrCreate(path, directory: true).Dispose());

    /// <summary>Binds the terminal onto <c>/dev/console</c>. Before or after <see cref="Enter"/>, before <see cref="Seal"/>.</summary>
    /// <param name="terminal">The pseudoterminal's slave, opened in this mount namespace.</param>
    public void BindConsole(FileDescriptor terminal) => Do("bind the terminal on", "/dev/console", () =>
    {
        using FileDescriptor dev = Root.OpenOrCreate("/dev", directory: true);
        DeviceNode.BindOver(dev, "console", DetachedMount.Clone(terminal, "", recursive: false));
    });

    /// <summary>Standard streams that are the host's /dev/null become the container's, after <see cref="Enter"/>.</summary>
    public void ReopenDevNull() => Do("reopen", "/dev/null", () =>
    {
        FileDescriptor null_ = default;
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        {
            if (fstatx(fd, out statx_t stat) < 0 || !Verify.IsDevice(stat, S_IFCHR, 1, 3))
                continue;
            if (!null_.IsOpen)
            {
                // Opening some other device could do something: look first.
                using (FileDescriptor path = Root.Open("/dev/null", O_PATH))
                    Verify.IsDevNull(path);
                null_ = Root.Open("/dev/null", O_RDWR | O_NONBLOCK | O_NOCTTY);
                Verify.IsDevNull(null_);
            }
            Check.Ok(dup3(null_, fd, 0), "dup3");
        }
        null_.Dispose();
    });

    /// <summary>
    /// A procfs that is safe to write labels and sysctls to: the container's own where it is fresh and writable.
    /// Sysctls before <see cref="Seal"/>, which covers /proc/sys; call it before <see cref="Enter"/>.
    /// </summary>
    public ProcHandle OpenProc() => _proc.IsOpen ? ProcHandle.FromMount(_proc) : Do("open", "/proc", ProcHandle.Open);

    /// <summary>After <see cref="Enter"/>: what must be read-only becomes so, masked paths are covered, the root mount gets its propagation.</summary>
    public void Seal()
    {
        foreach ((MountStep step, FileDescriptor mount) in _sealedLater)
        {
            Do("make read-only", step.Point.Destination, () => DetachedMount.SetAttributes(mount, MOUNT_ATTR_RDONLY));
            mount.Dispose();
        }
        if (Plan.IsReadonly)
            Do("make read-only", "/", () => DetachedMount.SetAttributes(Directory, MOUNT_ATTR_RDONLY));
        foreach (CString path in Plan.ReadonlyPaths)
            Do("make read-only", path.ToString(), () => ReadonlyPath.Apply(Root, path));
        MaskedPaths masked = new(Root, Plan.Label);
        foreach (CString path in Plan.MaskedPaths)
            Do("mask", path.ToString(), () => masked.Apply(path));
        masked.Dispose();
        if (Plan.Propagation is { Flag: MS_SHARED or MS_UNBINDABLE } propagation)
            Do("set rootfsPropagation of", "/", () => DetachedMount.SetAttributes(Directory, 0, 0, propagation.Flag, propagation.Recursive));
    }

    /// <summary>Finds or makes the destination of a mount and makes sure that it may be covered.</summary>
    /// <param name="step">The mount.</param>
    /// <param name="directory">Whether it must be a directory, and is made as one when there is nothing, or must not.</param>
    /// <param name="stat">Of the destination.</param>
    /// <param name="isNew">Whether it was made just now.</param>
    internal FileDescriptor OpenMountPoint(MountStep step, bool directory, out statx_t stat, out bool isNew)
    {
        // A link at /proc or /sys would leave the path that is masked later without the mount (CVE-2019-19921).
        bool isProcOrSys = step is FileSystemMount { Type: "proc" or "sysfs" };
        ulong resolve = isProcOrSys ? RESOLVE_NO_SYMLINKS : 0;
        FileDescriptor target = Root.OpenOrCreate(step.Point.Path, directory, resolve, out isNew);
        stat = Verify.Stat(target);
        if (Verify.IsSame(stat, _rootStat))
            throw new ContainerException($"{step.Description}: the destination is the root directory");
        // The kernel calls it EINVAL; engines look for "not a directory".
        if (stat.IsDirectory != directory)
            throw new LinuxException("move_mount", Errno.ENOTDIR, step.Point.Destination);
        if (!isProcOrSys)
            ProcGuard.Check(step, target);
        return target;
    }

    /// <summary>Takes over a mount that was attached: some are needed later, the others are closed.</summary>
    internal void Keep(MountStep step, FileDescriptor mount)
    {
        if (step.IsSealedLater)
            _sealedLater.Add((step, mount));
        else if (step is FileSystemMount { Type: "proc" } && step.Point.Destination == "/proc" && !step.Options.IsReadonly && step.Options.Parameters.Count == 0)
            _proc = mount;
        else
            mount.Dispose();
    }

    private static void Do(string doing, string what, Action action) => Do(doing, what, () =>
    {
        action();
        return true;
    });

    private static T Do<T>(string doing, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"{doing} \"{what}\"", e);
        }
    }
}
