using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary><c>linux.readonlyPaths</c>: a read-only copy of the path, mounted on itself.</summary>
internal static class ReadonlyPath
{
    /// <summary>Does nothing when the path does not exist. The flags that the mount has already are kept.</summary>
    public static void Apply(RootDirectory root, CString path)
    {
        using FileDescriptor target = root.TryOpen(path, O_PATH);
        if (!target.IsOpen)
            return;
        using FileDescriptor copy = DetachedMount.Clone(target, "", recursive: true);
        DetachedMount.SetAttributes(copy, MOUNT_ATTR_RDONLY);
        DetachedMount.Attach(copy, target);
    }
}
