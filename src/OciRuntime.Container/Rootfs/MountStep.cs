using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>One entry of <c>mounts</c>, decided and encoded by the parent, carried out by the child.</summary>
internal abstract class MountStep
{
    protected MountStep(MountPoint point, ParsedMountOptions options)
    {
        Point = point;
        Options = options;
    }

    public MountPoint Point { get; }

    public ParsedMountOptions Options { get; }

    /// <summary>The mount becomes read-only only in <see cref="ContainerRootfs.Seal"/>: files are made in it until then.</summary>
    public bool IsSealedLater { get; init; }

    /// <summary>For errors: <c>mount "proc" on "/proc" (mounts[0])</c>.</summary>
    public string Description => $"mount \"{Point.Source}\" on \"{Point.Destination}\" (mounts[{Point.Index}])";

    /// <summary>In the child, in its final namespaces, before the root is entered.</summary>
    /// <exception cref="LinuxException">A call failed; the caller adds <see cref="Description"/>.</exception>
    public abstract void Apply(ContainerRootfs rootfs);

    /// <summary>What the user can do about an error; null when the error says it all.</summary>
    public virtual string? Remedy(LinuxException error) => null;

    /// <summary>Closes what the parent opened.</summary>
    public virtual void Close()
    {
    }

    /// <summary>Gives a mount, before it is attached, its propagation and the flags that reach the mounts below.</summary>
    protected void ApplyRecursive(int mount)
    {
        for (int i = 0; i < Options.Propagation.Count; i++)
        {
            MountOption option = Options.Propagation[i];
            DetachedMount.SetAttributes(mount, 0, 0, option.Flag, option.Recursive);
        }
        if ((Options.RecursiveSet | Options.RecursiveClear) != 0)
            DetachedMount.SetAttributes(mount, Options.RecursiveSet, Options.RecursiveClear, recursive: true);
    }

    /// <summary>
    /// Gives a copy of an existing mount exactly the flags of the options: others are cleared, unless the mount came
    /// from another user namespace, which locks them (mount_setattr(2), EPERM); then they stay on, and only a flag
    /// that was explicitly asked to be off is an error.
    /// </summary>
    /// <param name="mount">The mount.</param>
    /// <param name="keepOthers">Whether other flags are left alone from the start.</param>
    /// <param name="propagation">To set in the same step; 0 for none.</param>
    protected void ApplyExact(int mount, bool keepOthers, ulong propagation = 0)
    {
        const ulong all = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;
        if (!keepOthers && DetachedMount.TrySetAttributes(mount, Options.Set, Options.Clear | (all & ~Options.Set), propagation) == 0)
            return;
        if (keepOthers || errno == Errno.EPERM)
            DetachedMount.SetAttributes(mount, Options.Set, Options.Clear, propagation);
        else
            throw new LinuxException("mount_setattr", errno);
    }
}
