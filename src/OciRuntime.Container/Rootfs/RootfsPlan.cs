using System;
using System.Collections.Generic;
using OciRuntime.Container.Devices;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Process;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// The parent's side of a container's root file system: everything that can be decided, encoded or opened before
/// there is a child. The child applies it with <see cref="ContainerRootfs.Prepare"/>.
/// </summary>
public sealed class RootfsPlan : IDisposable
{
    private readonly List<MountStep> _mounts = [];
    private readonly bool _joinsMountNamespace;

    private RootfsPlan(Config config, string bundleDirectory, RootfsPlanOptions options)
    {
        Root = LexicalPath.Absolute(config.Root?.Path ?? throw new ContainerException("root is missing"), bundleDirectory);
        RootPath = Root;
        IsReadonly = config.Root.Readonly;
        NoPivot = options.NoPivot;
        HasMountNamespace = config.Linux?.FindNamespace("mount") is not null;
        _joinsMountNamespace = config.Linux?.FindNamespace("mount") is { Path: { Length: > 0 } };
        HasUserNamespace = config.Linux?.FindNamespace("user") is not null;
        HasCgroupNamespace = config.Linux?.FindNamespace("cgroup") is not null;
        Propagation = ParsePropagation(config.Linux?.RootfsPropagation);
        ReadonlyPaths = EncodePaths(config.Linux?.ReadonlyPaths, "readonlyPaths");
        MaskedPaths = EncodePaths(config.Linux?.MaskedPaths, "maskedPaths");
    }

    /// <summary>Absolute path of the root file system on the host.</summary>
    public string Root { get; }

    internal CString RootPath { get; }

    internal bool IsReadonly { get; }

    internal bool NoPivot { get; }

    /// <summary>Whether the container has a mount namespace, new or joined.</summary>
    internal bool HasMountNamespace { get; }

    /// <summary>Whether something is to be mounted although the container shares the runtime's mount namespace: <see cref="RootMount.AttachToHost"/> comes first.</summary>
    public bool MountsInHostNamespace { get; private set; }

    /// <summary>Whether the container has a user namespace, new or joined.</summary>
    internal bool HasUserNamespace { get; }

    /// <summary>Whether the container has a cgroup namespace, new or joined.</summary>
    internal bool HasCgroupNamespace { get; }

    /// <summary>
    /// Whether the sources of bind mounts are copied before there is a child. It may lack the rights (user namespace),
    /// see other files (joined mount namespace), or have become a slave of the host's mounts where peers are wanted.
    /// Otherwise the child copies, each at its turn: mountinfo lists mounts as they were made, and tools take a later
    /// one for the upper one.
    /// </summary>
    internal bool CopiesSourcesEarly => HasUserNamespace || _joinsMountNamespace || BindPropagation == 0;

    /// <summary><c>linux.rootfsPropagation</c>; null when it is not set.</summary>
    internal MountOption? Propagation { get; }

    /// <summary>What a copy of a host mount becomes; 0 leaves it a peer of the host's, so that mounts travel both ways.</summary>
    internal ulong BindPropagation => Propagation?.Flag switch
    {
        MS_SHARED => 0,
        MS_PRIVATE => MS_PRIVATE,
        _ => MS_SLAVE,
    };

    internal IReadOnlyList<MountStep> Mounts => _mounts;

    internal DevicePlan? Devices { get; private set; }

    internal CString[] ReadonlyPaths { get; }

    internal CString[] MaskedPaths { get; }

    /// <summary>SELinux label of new mounts; null without SELinux.</summary>
    internal string? Label { get; private set; }

    /// <summary>Validates and encodes; opens bind mount sources where the caller may (CAP_SYS_ADMIN).</summary>
    /// <param name="config">The bundle's config, validated.</param>
    /// <param name="bundleDirectory">Absolute path; relative paths of the config count from it.</param>
    /// <param name="options">The rest.</param>
    /// <exception cref="ContainerException">The config cannot be carried out; the message names the property.</exception>
    public static RootfsPlan Build(Config config, string bundleDirectory, RootfsPlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        RootfsPlan plan = new(config, bundleDirectory, options);
        try
        {
            plan.Complete(config, bundleDirectory, options);
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>Closes what was opened: in the parent once there is a child, which has its own copies.</summary>
    public void Dispose()
    {
        foreach (MountStep mount in _mounts)
            mount.Close();
        Devices?.Dispose();
    }

    private void Complete(Config config, string bundleDirectory, RootfsPlanOptions options)
    {
        CheckRoot();
        MountsInHostNamespace = !HasMountNamespace &&
            (config.Mounts is { Count: > 0 } || ReadonlyPaths.Length + MaskedPaths.Length > 0 || IsReadonly || config.Process is { Terminal: true });
        if (NoPivot && Propagation?.Flag == MS_PRIVATE)
            throw new ContainerException("rootfsPropagation of [r]private is not safe without pivot_root");

        Label = SecurityLabels.OfMounts(config.Linux?.MountLabel, options.Warn);
        using MountPlanner planner = new(bundleDirectory, this, options, Label, config.Linux);
        bool devIsBound = false;
        for (int i = 0; i < (config.Mounts?.Count ?? 0); i++)
        {
            MountStep step = planner.Build(config.Mounts![i], i);
            _mounts.Add(step);
            devIsBound |= step.Options.Bind && step.Point.Destination == "/dev";
        }
        // A /dev of the host's must not be changed: it is complete, and its nodes are everybody's.
        if (!devIsBound)
            Devices = DevicePlan.Build(config.Linux?.Devices, HasUserNamespace, options.Warn);
    }

    private void CheckRoot()
    {
        if (statx(AT_FDCWD, RootPath, 0, STATX_TYPE, out statx_t stat) < 0)
            throw new ContainerException("invalid rootfs", new LinuxException("stat", errno, Root), "root.path must name a directory");
        if (!stat.IsDirectory)
            throw new ContainerException("invalid rootfs", new LinuxException("stat", Errno.ENOTDIR, Root), "root.path must name a directory");
    }

    private static MountOption? ParsePropagation(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        return MountOptions.FindPropagation(name) ?? throw new ContainerException($"linux.rootfsPropagation: rootfsPropagation={name} is not supported",
            "use private, rprivate, slave, rslave, shared, rshared, unbindable or runbindable");
    }

    private static CString[] EncodePaths(IReadOnlyList<string>? paths, string property)
    {
        List<CString> encoded = new(paths?.Count ?? 0);
        HashSet<string> seen = [];
        for (int i = 0; i < (paths?.Count ?? 0); i++)
        {
            if (!paths![i].StartsWith('/'))
                throw new ContainerException($"linux.{property}[{i}]: \"{paths[i]}\" is not absolute");
            if (seen.Add(LexicalPath.Clean(paths[i])))
                encoded.Add(paths[i]);
        }
        return [.. encoded];
    }
}
