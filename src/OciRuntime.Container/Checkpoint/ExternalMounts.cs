using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Devices;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Container.Rootfs;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>
/// The mounts of a container that show something of the host. CRIU does not save what is in them: it saves a name for
/// each, and is told at restore what of the host the name means. The names are the destinations in the config, as with
/// runc, so that an image of one is restored by the other.
/// </summary>
internal static class ExternalMounts
{
    private const string Null = "/dev/null";

    /// <summary>What would come back as another mount than it was.</summary>
    /// <exception cref="ContainerException">A mount has id mappings of its own, which CRIU does not know.</exception>
    public static void Refuse(Config config)
    {
        for (int i = 0; i < (config.Mounts?.Count ?? 0); i++)
        {
            if (MountPlanner.IsIdMapped(config.Mounts![i], ParsedMountOptions.Parse(config.Mounts[i].Options)))
                throw new ContainerException($"a container with an id-mapped mount (mounts[{i}]) cannot be checkpointed or restored: CRIU would mount it without its mappings");
        }
    }

    /// <summary>For a dump: where each is in the container now, and its name.</summary>
    /// <param name="options">CRIU's options.</param>
    /// <param name="config">The container's.</param>
    /// <param name="bundle">Absolute path.</param>
    /// <param name="cgroups">The container's.</param>
    /// <param name="root">The container's root, as its init sees it.</param>
    public static void Declare(ProtobufWriter options, Config config, string bundle, IReadOnlyList<CgroupPath> cgroups, RootDirectory root)
    {
        foreach ((string name, string _) in Of(config, bundle, cgroups))
        {
            if (PlaceOf(root, name) is { } place)
                Add(options, place, name);
        }
    }

    /// <summary>For a restore: what of the host each name means.</summary>
    /// <inheritdoc cref="Declare"/>
    public static void Supply(ProtobufWriter options, Config config, string bundle, IReadOnlyList<CgroupPath> cgroups)
    {
        foreach ((string name, string source) in Of(config, bundle, cgroups))
            Add(options, name, WithoutLinks(source));
        if (config.Linux?.MaskedPaths is { Count: > 0 })
            Add(options, Null, Null);
    }

    /// <summary>Name and source of each.</summary>
    private static List<(string Name, string Source)> Of(Config config, string bundle, IReadOnlyList<CgroupPath> cgroups)
    {
        List<(string, string)> found = [];
        foreach (Mount mount in config.Mounts ?? [])
        {
            ParsedMountOptions parsed = ParsedMountOptions.Parse(mount.Options);
            string destination = LexicalPath.Clean(mount.Destination);
            if (parsed.Bind && !parsed.Remount && !string.IsNullOrEmpty(mount.Source))
                found.Add((destination, LexicalPath.Absolute(mount.Source, bundle)));
            else if (mount.Type == "cgroup" && !parsed.Remount && CgroupLayout.For(config.Linux?.Resources).Mode != CgroupMode.Unified && config.Linux?.FindNamespace("cgroup") is null)
                AddHierarchies(found, destination, CgroupLayout.For(config.Linux?.Resources), cgroups);
        }

        // In a user namespace no node can be made: they are the host's own.
        if (config.Linux?.FindNamespace("user") is null)
            return found;
        foreach (LinuxDevice device in config.Linux.Devices ?? [])
            found.Add((LexicalPath.Clean(device.Path), LexicalPath.Clean(device.Path)));
        foreach ((string path, uint _, uint _) in DefaultDevices.All)
            found.Add((path, path));
        return found;
    }

    /// <summary>A view of the v1 hierarchies: a copy of the container's cgroup in each.</summary>
    private static void AddHierarchies(List<(string, string)> found, string destination, CgroupLayout layout, IReadOnlyList<CgroupPath> cgroups)
    {
        foreach (CgroupView view in CgroupView.Of(layout, cgroups))
            found.Add(($"{destination}/{view.Name}", (view.Directory ?? view.CallerDirectory).ToString()));
    }

    /// <summary>Where a path of the container leads, its links resolved: what its mountinfo calls it. Null when it leads nowhere.</summary>
    private static string? PlaceOf(RootDirectory root, string path)
    {
        using FileDescriptor file = root.TryOpen(path, O_PATH);
        if (!file.IsOpen)
            return null;
        return DescriptorName.TryOf(file) ?? throw new LinuxException("readlink", errno, path);
    }

    /// <summary>CRIU would mount the link itself, which the kernel refuses. What is not there is CRIU's to report.</summary>
    private static string WithoutLinks(string source)
    {
        using FileDescriptor file = new(open(source, O_PATH | O_CLOEXEC));
        return file.IsOpen && DescriptorName.TryOf(file) is { } path ? path : source;
    }

    private static void Add(ProtobufWriter options, string key, string value) =>
        options.Message(CriuField.Options.ExtMount, new ProtobufWriter().Text(CriuField.Pair.Key, key).Text(CriuField.Pair.Value, value));
}
