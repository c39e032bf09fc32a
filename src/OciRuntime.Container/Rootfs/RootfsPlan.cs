using System;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// The parent's side of a container's root file system: everything that can be decided, encoded or opened before
/// there is a child. The child applies it with <see cref="ContainerRootfs.Prepare"/>.
/// </summary>
public sealed class RootfsPlan : IDisposable
{
    private RootfsPlan(string root) => Root = root;

    /// <summary>Absolute path of the root file system on the host.</summary>
    public string Root { get; }

    /// <summary>Validates and encodes; opens bind mount sources where the caller may (CAP_SYS_ADMIN).</summary>
    /// <param name="config">The bundle's config, validated.</param>
    /// <param name="bundleDirectory">Absolute path; relative paths of the config count from it.</param>
    /// <param name="options">The rest.</param>
    /// <exception cref="ContainerException">The config cannot be carried out; the message names the property.</exception>
    public static RootfsPlan Build(Config config, string bundleDirectory, RootfsPlanOptions options) =>
        throw new ContainerException("the root file system is not supported");

    /// <summary>Closes what was opened: in the parent once there is a child, which has its own copies.</summary>
    public void Dispose()
    {
    }
}
