using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Devices;

/// <summary>The device nodes and links of a container's /dev, decided by the parent and made by the child.</summary>
internal sealed class DevicePlan : IDisposable
{
    private readonly List<DeviceNode> _nodes = new(8);
    private readonly bool _bind;
    private readonly bool _hasCore;

    private DevicePlan(bool bind)
    {
        _bind = bind;
        _hasCore = faccessat(AT_FDCWD, "/proc/kcore", F_OK, 0) == 0;
    }

    /// <summary>The config's devices, and the default ones that it does not have itself.</summary>
    /// <param name="devices"><c>linux.devices</c>.</param>
    /// <param name="bind">Whether the nodes are bound from the host: a user namespace may not make nodes.</param>
    /// <param name="warn">Gets what is left out.</param>
    /// <exception cref="ContainerException">A device of the config cannot be made.</exception>
    public static DevicePlan Build(IReadOnlyList<LinuxDevice>? devices, bool bind, Action<string> warn)
    {
        DevicePlan plan = new(bind);
        try
        {
            for (int i = 0; i < (devices?.Count ?? 0); i++)
            {
                DeviceNode node = DeviceNode.FromConfig(devices![i], i, warn);
                // runc's and the specification's way: it is a link to the container's own devpts.
                if (node.Path != "/dev/ptmx")
                    plan._nodes.Add(node);
            }
            int configured = plan._nodes.Count;
            foreach ((string path, uint major, uint minor) in DefaultDevices.All)
            {
                if (!plan.Has(path, configured))
                    plan._nodes.Add(DeviceNode.Default(path, major, minor));
            }
            if (bind)
                plan.OpenSources();
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>In the child, after all mounts.</summary>
    /// <exception cref="ContainerException">A node or link cannot be made.</exception>
    public void Apply(RootDirectory root)
    {
        string path = "/dev";
        try
        {
            using FileDescriptor dev = root.OpenOrCreate("/dev", directory: true);
            foreach (DeviceNode node in _nodes)
            {
                path = node.Path;
                if (node.Directory.Bytes.SequenceEqual("/dev"u8))
                {
                    node.Make(dev, _bind);
                    continue;
                }
                using FileDescriptor directory = root.OpenOrCreate(node.Directory, directory: true);
                node.Make(directory, _bind);
            }
            path = "/dev";
            DefaultDevices.MakeLinks(dev, _hasCore);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"make device {path}", e);
        }
    }

    public void Dispose()
    {
        foreach (DeviceNode node in _nodes)
            node.Dispose();
    }

    private bool Has(string path, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_nodes[i].Path == path)
                return true;
        }
        return false;
    }

    private void OpenSources()
    {
        foreach (DeviceNode node in _nodes)
        {
            try
            {
                // Rootless: the child may copy them in its own user namespace.
                if (node.Type != S_IFIFO && !node.TryOpenSource())
                    return;
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"make device {node.Path}", e);
            }
        }
    }
}
